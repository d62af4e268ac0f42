//! Authentication and authorization: the caller of a request and the caller's permissions.

mod api_key;
mod authenticated_caller;
mod authorize_first;
mod caller;
mod credential;
mod password;
mod request_info;
mod step_up;
mod token;

pub use api_key::{NewApiKey, generate_api_key};
pub use authenticated_caller::{AuthenticatedCaller, CallerSlot};
pub use authorize_first::authorize_first;
pub use caller::{Actor, Caller, Client, Owner};
pub use credential::Credential;
pub use password::{UNUSABLE, easily_guessed, hash_password, verify_password};
pub use request_info::RequestInfo;
pub use step_up::{CONFIRMED_FOR, RecentlyAuthenticated, RecentlyAuthenticatedPerson};
pub use token::{Claims, Tokens, random_bytes, random_token};
