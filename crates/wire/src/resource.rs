//! Resources: types with a URL, a list and an ID.

use crate::{Filter, Param, SortKey};
use serde::{Serialize, de::DeserializeOwned};

/// A type with a URL, a list and an ID.
pub trait Resource:
    Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// URL path of the collection, such as `/v1/plans`.
    const PATH: &'static str;
    /// Name of one record in a sentence: `plan`.
    const ONE: &'static str;
    /// Name of several records: `plans`.
    const MANY: &'static str;
    /// Whether a row identifies a person by a name, an address or a message. Exports of such rows are recorded in the
    /// access log.
    const NAMES_PEOPLE: bool = false;
    /// The type of the ID.
    type Id: Param + Copy + PartialEq + Send + Sync + std::fmt::Display + 'static;
    /// The filter of the list.
    type Filter: Filter;
    /// The sort keys of the list.
    type Sort: SortKey;
    /// Returns the ID.
    fn id(&self) -> Self::Id;
    /// Returns the version, which the `ETag` carries and every change increments.
    fn version(&self) -> i32 {
        0
    }
    /// Returns the name or number that messages about an action show.
    fn label(&self) -> String;
}

/// The filter of a resource's list, for macros that cannot write the long form.
pub type FilterOf<R> = <R as Resource>::Filter;
/// The sort keys of a resource's list, for macros that cannot write the long form.
pub type SortOf<R> = <R as Resource>::Sort;
