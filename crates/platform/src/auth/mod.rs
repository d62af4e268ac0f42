//! Who calls, and what they may do.

mod caller;
mod confirmed;
mod early;
mod key;
mod password;
mod request_info;
mod shown;
mod token;
mod witness;

pub use caller::{Actor, Caller, Client, Owner};
pub use confirmed::{CONFIRMED_FOR, Confirmed, ConfirmedPerson};
pub use early::authorize_first;
pub use key::{Minted, mint};
pub use password::{UNUSABLE, easily_guessed, hash_password, verify_password};
pub use request_info::RequestInfo;
pub use shown::Shown;
pub use token::{Claims, Tokens, random_bytes, random_token};
pub use witness::{Confirmee, Witness};
