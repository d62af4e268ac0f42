//! Serializes a row to cells: the JSON value of each field, without an intermediate tree.

use crate::formula;
use serde::{
    Serialize, Serializer,
    ser::{Error as _, Impossible, SerializeMap, SerializeStruct},
};
use serde_json::Error;

type Serialized = Result<(), Error>;
type Never = Impossible<(), Error>;

/// A serializer that splits a row into cells.
#[derive(Default)]
pub struct Cells {
    /// The field names of the first row.
    pub names: Vec<String>,
    /// The cells of the last row.
    pub record: csv::ByteRecord,
    json: Vec<u8>,
}

impl Cells {
    /// Reads the cells of a row, which must be an object.
    pub fn read_row<R: Serialize>(&mut self, row: &R) -> Serialized {
        self.record.clear();
        row.serialize(self)
    }

    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Serialized {
        self.json.clear();
        serde_json::to_writer(&mut self.json, value)?;
        match self.json.as_slice() {
            b"null" => self.record.push_field(b""),
            [b'"', plain @ .., b'"'] if !plain.contains(&b'\\') => {
                push_text(
                    &mut self.record,
                    std::str::from_utf8(plain).map_err(Error::custom)?,
                );
            }
            [b'"', ..] => {
                let escaped: String = serde_json::from_slice(&self.json)?;
                push_text(&mut self.record, &escaped);
            }
            [b'[' | b'{', ..] => {
                let nested = std::str::from_utf8(&self.json).map_err(Error::custom)?;
                push_text(&mut self.record, nested);
            }
            other => self.record.push_field(other),
        }
        Ok(())
    }

    fn name(&mut self, name: &str) {
        if self.names.len() == self.record.len() {
            self.names.push(name.to_owned());
        }
    }
}

fn push_text(record: &mut csv::ByteRecord, text: &str) {
    record.push_field(formula::escaped(text).as_bytes());
}

impl SerializeStruct for &mut Cells {
    type Ok = ();
    type Error = Error;
    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Serialized {
        self.name(name);
        self.push(value)
    }
    fn end(self) -> Serialized {
        Ok(())
    }
}

impl SerializeMap for &mut Cells {
    type Ok = ();
    type Error = Error;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Serialized {
        let name = serde_json::to_value(key)?;
        self.name(name.as_str().unwrap_or_default());
        Ok(())
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Serialized {
        self.push(value)
    }
    fn end(self) -> Serialized {
        Ok(())
    }
}

fn not_an_object<T>() -> Result<T, Error> {
    Err(Error::custom("a row is not an object"))
}

macro_rules! reject {
    ($($name:ident: $kind:ty),+ $(,)?) => {$(fn $name(self, _: $kind) -> Serialized { not_an_object() })+};
}

impl Serializer for &mut Cells {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Never;
    type SerializeTuple = Never;
    type SerializeTupleStruct = Never;
    type SerializeTupleVariant = Never;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Never;

    reject!(
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_f32: f32, serialize_f64: f64,
        serialize_char: char, serialize_str: &str, serialize_bytes: &[u8], serialize_unit_struct: &'static str,
    );
    fn serialize_none(self) -> Serialized {
        not_an_object()
    }
    fn serialize_unit(self) -> Serialized {
        not_an_object()
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Serialized {
        value.serialize(self)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Serialized {
        value.serialize(self)
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Serialized {
        not_an_object()
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Serialized {
        not_an_object()
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Never, Error> {
        not_an_object()
    }
    fn serialize_tuple(self, _: usize) -> Result<Never, Error> {
        not_an_object()
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Never, Error> {
        not_an_object()
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Never, Error> {
        not_an_object()
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Self, Error> {
        Ok(self)
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Error> {
        Ok(self)
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Never, Error> {
        not_an_object()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn cell(value: serde_json::Value) -> String {
        let mut cells = Cells::default();
        let read = cells.read_row(&json!({ "it": value }));
        assert!(read.is_ok());
        assert_eq!(cells.names, ["it"]);
        let cell = cells.record.get(0).unwrap_or(b"none");
        String::from_utf8_lossy(cell).into_owned()
    }

    #[test]
    fn formulas_are_escaped() {
        assert_eq!(cell(json!("=1+1")), "'=1+1");
        assert_eq!(cell(json!("-12.50")), "-12.50");
        assert_eq!(cell(json!("+44 20 7946 0000")), "+44 20 7946 0000");
        assert_eq!(cell(json!(null)), "");
    }

    #[test]
    fn cell_has_the_value_of_the_field() {
        assert_eq!(cell(json!("a \"word\"\n\\ü")), "a \"word\"\n\\ü");
        assert_eq!(cell(json!(-1.5)), "-1.5");
        assert_eq!(cell(json!(true)), "true");
        // A program that splits at commas would find a formula behind the second quote.
        assert_eq!(cell(json!(["EU", "=x"])), r#"["EU","'=x"]"#);
        assert!(Cells::default().read_row(&json!("no row")).is_err());
    }
}
