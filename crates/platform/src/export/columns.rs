//! The field names of a row type, for the header of an empty list.

use serde::de::{
    DeserializeOwned, Deserializer, Error as _, Visitor,
    value::{Error, MapDeserializer},
};

/// Returns the names of the fields of a type, in the order of its declaration.
pub fn field_names<R: DeserializeOwned>() -> Vec<&'static str> {
    let mut names: &'static [&'static str] = &[];
    // The type requests its fields by name and gets none of them, so the error is expected.
    drop(R::deserialize(Names(&mut names)));
    names.to_vec()
}

struct Names<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Names<'_> {
    type Error = Error;
    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("a row is not an object"))
    }
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        *self.0 = fields;
        visitor.visit_map(MapDeserializer::new(std::iter::empty::<(&str, &str)>()))
    }
    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn field_names_are_those_of_the_type() {
        let names = super::field_names::<wire::FieldError>();
        assert_eq!(names, ["field", "code", "message"]);
        assert!(super::field_names::<String>().is_empty());
    }
}
