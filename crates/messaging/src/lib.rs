//! What is sent to people, and in what shape.

pub mod qr;
