//! What is sold, and for how much.

mod import;
mod plans;
mod pricing;
