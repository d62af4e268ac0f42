//! Queries of the database's own catalogue.

use std::collections::BTreeSet;

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Integer, Nullable, Text};

/// Two names that belong together: a table and one of its columns.
#[derive(QueryableByName, Debug)]
pub struct Pair {
    #[diesel(sql_type = Text)]
    pub left: String,
    #[diesel(sql_type = Text)]
    pub right: String,
}

/// A column in the catalogue.
#[derive(QueryableByName)]
pub struct Column {
    #[diesel(sql_type = Text)]
    pub table_name: String,
    #[diesel(sql_type = Text)]
    pub column_name: String,
    #[diesel(sql_type = Bool)]
    pub nullable: bool,
    #[diesel(sql_type = Text)]
    pub udt_name: String,
    #[diesel(sql_type = Nullable<Integer>)]
    pub max_length: Option<i32>,
}

impl Column {
    /// Returns the column as Diesel prints it: `users.status -> UserStatus`.
    pub fn printed(&self) -> String {
        let plain = match self.udt_name.as_str() {
            "_int8" => "Array<Int8>".to_owned(),
            "_text" => "Array<Text>".to_owned(),
            "_int4" => "Array<Nullable<Int4>>".to_owned(),
            "_bool" => "Array<Nullable<Bool>>".to_owned(),
            // Diesel capitalises the words of an enum's name and of a built-in type's: `kyc_status`, `timestamptz`.
            name => name.split('_').map(capitalised).collect(),
        };
        let kind = if self.nullable {
            format!("Nullable<{plain}>")
        } else {
            plain
        };
        let length = self
            .max_length
            .map(|length| format!(" ({length})"))
            .unwrap_or_default();
        format!("{}.{} -> {kind}{length}", self.table_name, self.column_name)
    }
}

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    characters
        .next()
        .map(|first| first.to_ascii_uppercase().to_string() + characters.as_str())
        .unwrap_or_default()
}

/// Returns every column of our tables; a monthly partition is not a table of its own.
pub fn columns(conn: &mut PgConnection) -> QueryResult<Vec<Column>> {
    diesel::sql_query(
        "SELECT c.table_name::text, c.column_name::text, c.is_nullable = 'YES' AS nullable,
                c.udt_name::text, c.character_maximum_length::integer AS max_length
           FROM information_schema.columns c
           JOIN pg_class t ON t.relname = c.table_name AND t.relnamespace = 'public'::regnamespace
          WHERE c.table_schema = 'public' AND t.relkind IN ('r', 'p') AND NOT t.relispartition
            AND c.table_name NOT LIKE '\\_\\_diesel%'
          ORDER BY c.table_name, c.ordinal_position",
    )
    .load(conn)
}

/// Returns the leading columns of the indexes, by table.
pub fn leading_columns(conn: &mut PgConnection) -> QueryResult<BTreeSet<(String, String)>> {
    let pairs: Vec<Pair> = diesel::sql_query(
        "SELECT i.indrelid::regclass::text AS left, a.attname::text AS right
           FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]",
    )
    .load(conn)?;
    Ok(pairs.into_iter().map(|p| (p.left, p.right)).collect())
}

/// Returns the objects that migrations create: tables, indexes, sequences, enums, functions and extensions. Without
/// monthly partitions, which jobs create and drop, and without the objects of an extension.
pub fn objects(conn: &mut PgConnection) -> QueryResult<BTreeSet<String>> {
    #[derive(QueryableByName)]
    struct Object {
        #[diesel(sql_type = Text)]
        object: String,
    }
    let objects: Vec<Object> = diesel::sql_query(
        "WITH foreign_to_us AS (SELECT objid FROM pg_depend WHERE deptype = 'e')
         SELECT 'relation ' || relname AS object FROM pg_class
          WHERE relnamespace = 'public'::regnamespace AND NOT relispartition AND relname NOT LIKE '\\_\\_diesel%'
          UNION SELECT 'enum ' || typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype = 'e'
          UNION SELECT 'function ' || oid::regprocedure::text FROM pg_proc
          WHERE pronamespace = 'public'::regnamespace AND oid NOT IN (SELECT objid FROM foreign_to_us)
          UNION SELECT 'extension ' || extname FROM pg_extension WHERE extname <> 'plpgsql'",
    )
    .load(conn)?;
    Ok(objects.into_iter().map(|o| o.object).collect())
}

/// Returns the columns of a generated `tables.rs`, in the form of [`Column::printed`].
pub fn printed_columns(source: &str) -> Vec<String> {
    let (mut table, mut length, mut name) = (String::new(), String::new(), None);
    let mut columns = Vec::new();
    for line in source.lines().map(str::trim) {
        if let Some((head, _)) = line.split_once(" (").filter(|_| line.ends_with(") {")) {
            table = head.to_owned();
        } else if let Some(number) = attribute(line, "#[max_length = ") {
            length = format!(" ({number})");
        } else if let Some(quoted) = attribute(line, "#[sql_name = ") {
            name = Some(quoted.trim_matches('"').to_owned());
        } else if let Some((column, kind)) = line.split_once(" -> ").filter(|_| line.ends_with(','))
        {
            let column = name.take().unwrap_or_else(|| column.to_owned());
            columns.push(format!(
                "{table}.{column} -> {}{length}",
                kind.trim_end_matches(',')
            ));
            length.clear();
        }
    }
    columns
}

fn attribute<'l>(line: &'l str, start: &str) -> Option<&'l str> {
    line.strip_prefix(start)?.strip_suffix(']')
}
