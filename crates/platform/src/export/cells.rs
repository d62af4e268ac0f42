//! The cells of a row: what its JSON would say, field by field, without a tree of it being made.

use crate::formula;
use serde::{
    Serialize, Serializer,
    ser::{Error as _, Impossible, SerializeMap, SerializeStruct},
};
use serde_json::Error;

type Done = Result<(), Error>;
type Never = Impossible<(), Error>;

/// Takes a row apart.
#[derive(Default)]
pub struct Cells {
    /// The names of the fields, of the first row.
    pub names: Vec<String>,
    /// Of the last row, its cells.
    pub record: csv::ByteRecord,
    json: Vec<u8>,
}

impl Cells {
    /// The cells of this row; nothing else than an object is one.
    pub fn take<R: Serialize>(&mut self, row: &R) -> Done {
        self.record.clear();
        row.serialize(self)
    }

    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
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
    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Done {
        self.name(name);
        self.push(value)
    }
    fn end(self) -> Done {
        Ok(())
    }
}

impl SerializeMap for &mut Cells {
    type Ok = ();
    type Error = Error;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Done {
        let name = serde_json::to_value(key)?;
        self.name(name.as_str().unwrap_or_default());
        Ok(())
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        self.push(value)
    }
    fn end(self) -> Done {
        Ok(())
    }
}

fn no<T>() -> Result<T, Error> {
    Err(Error::custom("a row is not an object"))
}

macro_rules! none_of {
    ($($name:ident: $kind:ty),+ $(,)?) => {$(fn $name(self, _: $kind) -> Done { no() })+};
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

    none_of!(
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_f32: f32, serialize_f64: f64,
        serialize_char: char, serialize_str: &str, serialize_bytes: &[u8], serialize_unit_struct: &'static str,
    );
    fn serialize_none(self) -> Done {
        no()
    }
    fn serialize_unit(self) -> Done {
        no()
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Done {
        value.serialize(self)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Done {
        value.serialize(self)
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Done {
        no()
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Done {
        no()
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Never, Error> {
        no()
    }
    fn serialize_tuple(self, _: usize) -> Result<Never, Error> {
        no()
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Never, Error> {
        no()
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Never, Error> {
        no()
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
        no()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn cell(value: serde_json::Value) -> String {
        let mut cells = Cells::default();
        let taken = cells.take(&json!({ "it": value }));
        assert!(taken.is_ok());
        assert_eq!(cells.names, ["it"]);
        let cell = cells.record.get(0).unwrap_or(b"none");
        String::from_utf8_lossy(cell).into_owned()
    }

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!(cell(json!("=1+1")), "'=1+1");
        assert_eq!(cell(json!("-12.50")), "-12.50");
        assert_eq!(cell(json!("+44 20 7946 0000")), "+44 20 7946 0000");
        assert_eq!(cell(json!(null)), "");
    }

    #[test]
    fn a_cell_says_what_the_field_says() {
        assert_eq!(cell(json!("a \"word\"\n\\ü")), "a \"word\"\n\\ü");
        assert_eq!(cell(json!(-1.5)), "-1.5");
        assert_eq!(cell(json!(true)), "true");
        // A program that splits at commas would find a formula behind the second quote.
        assert_eq!(cell(json!(["EU", "=x"])), r#"["EU","'=x"]"#);
        assert!(Cells::default().take(&json!("no row")).is_err());
    }
}
