//! Faults of the folders that we read from and write to.

codes! {
    /// A server that does not answer.
    NOT_REACHED = "not-reached", Wait;
    /// A path that would leave the remote's folder.
    PATH_LEAVES_FOLDER = "path-leaves-folder", Operator;
    /// A file or folder that is not there.
    NO_SUCH_PATH = "no-such-path", Operator;
    /// A name that another file has.
    NAME_TAKEN = "name-taken", Operator;
    /// A folder or file that cannot be read or written.
    FOLDER_FAILED = "folder-failed", Operator;
    /// A call to an SFTP server that failed.
    SFTP_FAILED = "sftp-failed", Wait;
    /// A server that lets us in and offers no SFTP.
    NO_SFTP = "no-sftp", Operator;
    /// A file that is shorter on the server than what was sent.
    UPLOAD_CUT = "upload-cut", Wait;
    /// A server whose host key is not in the configuration.
    HOST_KEY_UNKNOWN = "host-key-unknown", Operator;
    /// A server with another host key than the configured ones.
    HOST_KEY_CHANGED = "host-key-changed", Operator;
    /// A server that refuses the account.
    LOGIN_REFUSED = "login-refused", Operator;
    /// A server that speaks none of our algorithms.
    NO_COMMON_ALGORITHM = "no-common-algorithm", Operator;
    /// A file name that is no UTF-8.
    NAME_NOT_UTF8 = "name-not-utf8", Operator;
    /// A copy that failed on our own side.
    COPY_FAILED = "copy-failed", Operator;
    /// A machine that gives no file watcher.
    NO_WATCH = "no-watch", Wait;
}
