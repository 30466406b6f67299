//! Drives AWS's Database Encryption SDK for Rust by the protocol of interop/README.md: one JSON request a
//! line on standard input, one JSON answer a line on standard output, in order. A bad case is an answer,
//! never the end of the process.

mod case;
mod driver;
mod items;
mod keyrings;
mod keys;
mod refusal;

use driver::Driver;
use std::fs::File;
use std::io::{self, BufRead, Write};
use std::os::fd::AsFd;
use std::thread;

/// The client and the parser call themselves for every level of a nested value, and no item is small
/// enough to forbid tens of thousands of them. Only what is used of the stack becomes memory.
const STACK_BYTES: usize = 1 << 30;

fn main() -> io::Result<()> {
    let answers = take_standard_output()?;
    let driving = thread::Builder::new().stack_size(STACK_BYTES);
    driving
        .spawn(|| drive(io::stdin().lock(), answers))?
        .join()
        .expect("panics are caught by request")
}

/// Returns standard output and leaves standard error in its place: whatever a library prints is not an
/// answer.
fn take_standard_output() -> io::Result<File> {
    let output = io::stdout().as_fd().try_clone_to_owned()?;
    // SAFETY: takes two numbers, and nothing has used standard output yet.
    if unsafe { libc::dup2(libc::STDERR_FILENO, libc::STDOUT_FILENO) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(File::from(output))
}

fn drive(requests: impl BufRead, mut answers: impl Write) -> io::Result<()> {
    let mut driver = Driver::new()?;
    for request in requests.split(b'\n') {
        let mut answer = serde_json::to_vec(&driver.answer(&request?))?;
        answer.push(b'\n');
        answers.write_all(&answer)?;
    }
    Ok(())
}
