//! The migrations are part of the program: a new one rebuilds it.

#[expect(clippy::print_stdout, reason = "standard output is how a build script speaks to cargo")]
fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
