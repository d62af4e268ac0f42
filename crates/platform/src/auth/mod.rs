//! Who calls, and what they may do.

mod caller;
mod password;
mod token;

pub use caller::{Actor, Caller, Client, Owner, RequestInfo, Signed};
pub use password::{UNUSABLE, hash_password, verify_password};
pub use token::{Claims, Tokens, random_token};
