//! The size of tests: small in ordinary runs, full in a drill (`DRILL=1`).

/// Returns the number of iterations, ordinary or in a drill.
pub fn iterations(usually: usize, in_a_drill: usize) -> usize {
    if is_drill() { in_a_drill } else { usually }
}

/// Whether this is a drill.
pub fn is_drill() -> bool {
    std::env::var_os("DRILL").is_some()
}

/// Prints a finding of a drill.
pub fn print_finding(line: &str) {
    if is_drill() {
        println!("      {line}");
    }
}
