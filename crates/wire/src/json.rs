//! Lists that are stored in one JSON column.

use serde::{Deserialize, Serialize};

/// A list that one column stores as a JSON array.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "server", derive(diesel::deserialize::FromSqlRow))]
pub struct JsonList<T>(pub Vec<T>);

#[cfg(feature = "server")]
mod server {
    use super::JsonList;
    use diesel::{
        deserialize,
        pg::{Pg, PgValue},
        sql_types::Jsonb,
    };
    use serde::de::DeserializeOwned;

    impl<T: DeserializeOwned> deserialize::FromSql<Jsonb, Pg> for JsonList<T> {
        fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
            let json = <serde_json::Value as deserialize::FromSql<Jsonb, Pg>>::from_sql(value)?;
            Ok(serde_json::from_value(json)?)
        }
    }
}
