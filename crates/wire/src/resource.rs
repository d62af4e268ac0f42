//! What makes a shape a resource of the API: where it lives and how its list is asked for.

use crate::{Filter, Param, SortKey};
use serde::{Serialize, de::DeserializeOwned};

/// Something that has an address, a list and an id.
pub trait Resource:
    Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// Its collection, such as `/v1/plans`.
    const PATH: &'static str;
    /// What one is called in a sentence: `plan`.
    const ONE: &'static str;
    /// What several are called: `plans`.
    const MANY: &'static str;
    /// Whether a row identifies a person: by a name, an address, or a message to them. Exports of such rows are
    /// recorded in the access log.
    const NAMES_PEOPLE: bool = false;
    /// The type of its id.
    type Id: Param + Copy + PartialEq + Send + Sync + std::fmt::Display + 'static;
    /// What its list can be narrowed by.
    type Filter: Filter;
    /// What its list can be ordered by.
    type Sort: SortKey;
    /// Which one it is.
    fn id(&self) -> Self::Id;
    /// Its revision, which its `ETag` carries; grows with every change.
    fn version(&self) -> i32 {
        0
    }
    /// What it is called when an act on it is announced: a name, a number.
    fn label(&self) -> String;
}

/// What a resource's list can be narrowed by, for macros that cannot write the long form.
pub type FilterOf<R> = <R as Resource>::Filter;
/// What a resource's list can be ordered by.
pub type SortOf<R> = <R as Resource>::Sort;
