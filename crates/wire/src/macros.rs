//! The declarations that API types are made of. They contain all the `cfg` attributes of the crate.

/// Declares ID types. Each kind of record has its own type, so that a plan's ID cannot be passed for a user's.
macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow))]
        #[cfg_attr(feature = "server", diesel(sql_type = diesel::sql_types::Uuid))]
        pub struct $name(pub uuid::Uuid);

        #[cfg(feature = "server")]
        impl $name {
            /// Creates a time-ordered ID (UUID v7), so that records created together are stored together.
            #[expect(clippy::new_without_default, reason = "a default id would be a new one each time")]
            pub fn new() -> Self { Self(uuid::Uuid::now_v7()) }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.fmt(f) }
        }
        impl $crate::Param for $name {
            fn parse(text: &str) -> Result<Self, &'static str> {
                uuid::Uuid::try_parse(text).map(Self).map_err(|_| "must be a UUID")
            }
            fn show(&self) -> String { self.0.to_string() }
        }
        #[cfg(feature = "server")]
        impl diesel::serialize::ToSql<diesel::sql_types::Uuid, diesel::pg::Pg> for $name {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>) -> diesel::serialize::Result {
                <uuid::Uuid as diesel::serialize::ToSql<diesel::sql_types::Uuid, diesel::pg::Pg>>::to_sql(&self.0, out)
            }
        }
        #[cfg(feature = "server")]
        impl diesel::deserialize::FromSql<diesel::sql_types::Uuid, diesel::pg::Pg> for $name {
            fn from_sql(value: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
                <uuid::Uuid as diesel::deserialize::FromSql<diesel::sql_types::Uuid, diesel::pg::Pg>>::from_sql(value).map(Self)
            }
        }
    )+};
}

/// Declares an enum whose values are the same words in JSON, in URLs and in the database.
///
/// `text_enum! { UserStatus: UserStatus, "user_status" { Active = "active", .. } }` is the PostgreSQL enum of that
/// name; `text_enum! { Currency: text { .. } }` is stored in a text column.
/// The value is matched as a token tree on purpose: as a `literal`, utoipa would document the variant's name.
macro_rules! text_enum {
    ($(#[$meta:meta])* $name:ident : text { $($(#[$vmeta:meta])* $variant:ident = $text:tt),+ $(,)? }) => {
        text_enum!(@build [diesel::sql_types::Text] [None] $(#[$meta])* $name { $($(#[$vmeta])* $variant = $text),+ });
    };
    ($(#[$meta:meta])* $name:ident : $sql:ident, $pg:tt { $($(#[$vmeta:meta])* $variant:ident = $text:tt),+ $(,)? }) => {
        text_enum!(@build [schema::sql_types::$sql] [Some($pg)] $(#[$meta])* $name { $($(#[$vmeta])* $variant = $text),+ });
    };
    (@build [$($sql:tt)+] [$pg:expr] $(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:tt),+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow))]
        #[cfg_attr(feature = "server", diesel(sql_type = $($sql)+))]
        pub enum $name { $($(#[$vmeta])* #[doc = concat!("`", $text, "`")] #[serde(rename = $text)] $variant),+ }

        impl $name {
            /// All values, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The words of all values, in the same order.
            pub const WORDS: &'static [&'static str] = &[$($text),+];
            /// The PostgreSQL enum that stores the values, if one does.
            pub const PG_NAME: Option<&'static str> = $pg;
            /// Returns the word of this value.
            pub const fn as_str(self) -> &'static str { match self { $(Self::$variant => $text),+ } }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.as_str()) }
        }
        impl $crate::Param for $name {
            fn parse(text: &str) -> Result<Self, &'static str> {
                match text { $($text => Ok(Self::$variant),)+ _ => Err(concat!("must be one of:" $(, " ", $text)+)) }
            }
            fn show(&self) -> String { self.as_str().to_owned() }
        }
        #[cfg(feature = "server")]
        impl diesel::serialize::ToSql<$($sql)+, diesel::pg::Pg> for $name {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>) -> diesel::serialize::Result {
                use std::io::Write;
                out.write_all(self.as_str().as_bytes())?;
                Ok(diesel::serialize::IsNull::No)
            }
        }
        #[cfg(feature = "server")]
        impl diesel::deserialize::FromSql<$($sql)+, diesel::pg::Pg> for $name {
            fn from_sql(value: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
                let text = std::str::from_utf8(value.as_bytes())?;
                <Self as $crate::Param>::parse(text).map_err(|reason| format!("{text} {reason}").into())
            }
        }
    };
}

/// Declares the filter of a list: one optional field per query parameter.
macro_rules! filter {
    ($(#[$meta:meta])* $name:ident { $($(#[$fmeta:meta])* $field:ident : $kind:ty),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq)]
        #[cfg_attr(feature = "server", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
        pub struct $name { $($(#[$fmeta])* #[cfg_attr(feature = "server", param(inline))] pub $field: Option<$kind>),+ }

        impl $crate::Filter for $name {
            const KEYS: &'static [&'static str] = &[$($crate::list::bare(stringify!($field))),+];
            fn set(&mut self, key: &str, value: &str) -> Result<bool, &'static str> {
                $(if key == $crate::list::bare(stringify!($field)) { self.$field = Some($crate::Param::parse(value)?); return Ok(true); })+
                Ok(false)
            }
            fn pairs(&self) -> Vec<(&'static str, String)> {
                let mut pairs = Vec::new();
                $(if let Some(value) = &self.$field { pairs.push(($crate::list::bare(stringify!($field)), $crate::Param::show(value))); })+
                pairs
            }
        }
    };
}

/// Declares the sort keys of a list. The first key is the default; `desc` or `asc` is its default direction.
macro_rules! sort_keys {
    ($(#[$meta:meta])* $name:ident { $first:ident = $first_text:tt $dir:ident $(, $variant:ident = $text:tt)* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            #[doc = concat!("By `", $first_text, "`.")] $first,
            $(#[doc = concat!("By `", $text, "`.")] $variant),*
        }
        impl $crate::SortKey for $name {
            const ALL: &'static [Self] = &[Self::$first $(, Self::$variant)*];
            const DEFAULT: $crate::Sorted<Self> = $crate::Sorted { key: Self::$first, descending: sort_keys!(@$dir) };
            fn as_str(self) -> &'static str { match self { Self::$first => $first_text $(, Self::$variant => $text)* } }
        }
    };
    (@desc) => { true };
    (@asc) => { false };
}
