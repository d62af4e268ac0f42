//! How much: little in the tests of every day, all that is promised in a drill (`DRILL=1`).

/// So many, or in a drill so many.
pub fn times(usually: usize, in_a_drill: usize) -> usize {
    if is_drill() { in_a_drill } else { usually }
}

/// Whether this is a drill.
pub fn is_drill() -> bool {
    std::env::var_os("DRILL").is_some()
}

/// Says what a drill has found.
pub fn say(line: &str) {
    if is_drill() {
        println!("      {line}");
    }
}
