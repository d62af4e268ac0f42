//! Payments at a real gateway's door.

mod stripe;
