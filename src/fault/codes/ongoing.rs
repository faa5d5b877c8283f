//! What Ongoing answered, and what it did not.

codes! {
    /// Ongoing refused the document.
    REFUSED = "refused", Sender;
    /// Ongoing took a part of the document and refused another.
    PARTLY_REFUSED = "partly-refused", Sender;
    /// Ongoing does not cancel it.
    NOT_CANCELLED = "not-cancelled", Sender;
    /// Ongoing has no such order, purchase order or article.
    ONGOING_HAS_NONE = "ongoing-has-none", Sender;
    /// The order has no such line, or the article stands on several.
    ORDER_LINE_NOT_FOUND = "order-line-not-found", Sender;
    /// What was written a moment ago cannot be read yet.
    ONGOING_LAGS = "ongoing-lags", Wait;
    /// Articles that nobody knows.
    ARTICLES_UNKNOWN = "articles-unknown", Sender;
    /// An unknown article could not be created.
    ARTICLE_NOT_CREATED = "article-not-created", Sender;
    /// A call waits for something that it needs.
    WAITS_FOR = "waits-for", Wait;
    /// Ongoing refused a read.
    ONGOING_READ_REFUSED = "ongoing-read-refused", Operator;
    /// No connection to Ongoing.
    ONGOING_NOT_REACHED = "ongoing-not-reached", Wait;
    /// No answer within the time-out.
    ONGOING_TIME_OUT = "ongoing-time-out", Wait;
    /// The connection broke before the answer.
    ONGOING_BROKEN_OFF = "ongoing-broken-off", Wait;
    /// Ongoing answered with a 5xx.
    ONGOING_SERVER_ERROR = "ongoing-server-error", Wait;
    /// Ongoing answered 429.
    ONGOING_TOO_MANY_CALLS = "ongoing-too-many-calls", Wait;
    /// Announced article items that the document does not name any more, beside new ones.
    ANNOUNCED_OTHERWISE = "announced-otherwise", Sender;
    /// Our own breaker is open.
    ONGOING_RESTS = "ongoing-rests", Wait;
    /// Ongoing answered 401.
    ONGOING_WRONG_PASSWORD = "ongoing-wrong-password", Operator;
    /// A page, where Ongoing answers in JSON.
    ONGOING_PROXY = "ongoing-proxy", Operator;
    /// The account may not do this for the goods owner.
    ONGOING_FORBIDDEN = "ongoing-forbidden", Operator;
    /// A call was tried for longer than it may wait.
    CALL_WAITED_TOO_LONG = "call-waited-too-long", Operator;
    /// A redirect.
    ONGOING_REDIRECT = "ongoing-redirect", Operator;
    /// A success whose body is no JSON.
    ONGOING_NOT_JSON = "ongoing-not-json", Wait;
    /// A success without the id that it must have.
    ONGOING_NO_ID = "ongoing-no-id", Wait;
    /// The answer ended too early.
    ONGOING_CUT_ANSWER = "ongoing-cut-answer", Wait;
    /// The answer is larger than any should be.
    ONGOING_ANSWER_TOO_LARGE = "ongoing-answer-too-large", Operator;
    /// The server's certificate is not trusted.
    ONGOING_CERTIFICATE = "ongoing-certificate", Operator;
    /// The installation's URL is none.
    ONGOING_URL = "ongoing-url", Operator;
    /// The HTTP client could not be made.
    ONGOING_CLIENT = "ongoing-client", Operator;
    /// Paging does not advance.
    ONGOING_PAGES_STAND_STILL = "ongoing-pages-stand-still", Operator;
}
