//! lastkaj: arguments to exit code.

fn main() -> std::process::ExitCode {
    std::process::ExitCode::from(lastkaj::cli::run() as u8)
}
