//! The query parameters of lists, exports and other operations.

use crate::{
    crypto::Keyring,
    ctx::Ctx,
    error::{Error, Result},
    text::tidy,
};
use actix_web::{FromRequest, HttpRequest, dev::Payload, web::Data};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use std::{
    borrow::Cow,
    future::{Ready, ready},
};
use wire::{Cursor, FieldError, Filter, Paging, Param, SortKey, list::Ordering};

/// The parameters of a list. Unknown parameters and unreadable values are rejected.
pub struct Listing<F, S> {
    /// The filters.
    pub filter: F,
    /// The page.
    pub paging: Paging<S>,
    /// The path of the list, as its route declares it.
    pub(crate) path: String,
}

impl<F: Filter, S: SortKey> Listing<F, S> {
    fn read(request: &HttpRequest) -> Result<Self> {
        let ctx = request
            .app_data::<Data<Ctx>>()
            .ok_or_else(|| Error::internal("no context"))?;
        let (mut filter, mut paging) = (F::default(), Paging::default());
        each_parameter(request.query_string(), |key, value| {
            Ok(paging.set(key, value)? || filter.set(key, value)?)
        })?;
        paging
            .check()
            .map_err(|(field, why)| parameter_error(field, why))?;
        let path = request.match_pattern().unwrap_or_default();
        for (field, cursor) in [("after", &paging.after), ("before", &paging.before)] {
            if let Some(cursor) = cursor
                && cursor.signature.as_deref()
                    != Some(&*signature(&ctx.keys, &path, &filter, cursor))
            {
                let why = "is not a cursor of this list with these filters";
                return Err(parameter_error(field, why));
            }
        }
        Ok(Self {
            filter,
            paging,
            path,
        })
    }
}

/// Signs the cursor of a response, so that a later request can be trusted with its total and position.
pub fn signed(keys: &Keyring, path: &str, filter: &impl Filter, cursor: String) -> String {
    match Cursor::parse(&cursor) {
        Ok(plain) => Cursor {
            signature: Some(signature(keys, path, filter, &plain)),
            ..plain
        }
        .show(),
        Err(_) => cursor,
    }
}

/// Returns a keyed hash of the list, its filters and the cursor.
fn signature(keys: &Keyring, path: &str, filter: &impl Filter, cursor: &Cursor) -> String {
    let mut text = format!("{path}\n{}", cursor.unsigned());
    for (key, value) in filter.pairs() {
        text.push_str(&format!("\n{key}={value}"));
    }
    let hash = keys.blind("cursor", &text);
    URL_SAFE_NO_PAD.encode(hash.first_chunk::<16>().copied().unwrap_or_default())
}

impl<F: Filter, S: SortKey> FromRequest for Listing<F, S> {
    type Error = Error;
    type Future = Ready<Result<Self>>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::read(request))
    }
}

/// How a CSV file declares its encoding.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8 without a byte order mark, for programs.
    #[default]
    Utf8,
    /// UTF-8 with a byte order mark, without which Excel assumes another encoding.
    Utf8WithMark,
}

/// The parameters of an export: the filters and the order of a list, without pages.
pub struct Exported<F, S> {
    /// The filters.
    pub filter: F,
    /// The order.
    pub ordering: Ordering<S>,
    /// The encoding of the file.
    pub encoding: Encoding,
}

impl<F: Filter, S: SortKey> FromRequest for Exported<F, S> {
    type Error = Error;
    type Future = Ready<Result<Self>>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let (mut filter, mut ordering) = (F::default(), Ordering::default());
        let mut encoding = Encoding::default();
        let read = each_parameter(request.query_string(), |key, value| {
            if key == "bom" {
                if <bool as Param>::parse(value)? {
                    encoding = Encoding::Utf8WithMark;
                }
                return Ok(true);
            }
            Ok(ordering.set(key, value)? || filter.set(key, value)?)
        });
        ready(read.map(|()| Self {
            filter,
            ordering,
            encoding,
        }))
    }
}

/// The query parameters of an operation that is not a list.
pub struct Options<F>(pub F);

impl<F: Filter> FromRequest for Options<F> {
    type Error = Error;
    type Future = Ready<Result<Self>>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut options = F::default();
        ready(
            each_parameter(request.query_string(), |key, value| options.set(key, value))
                .map(|()| Self(options)),
        )
    }
}

fn each_parameter(
    query: &str,
    mut set: impl FnMut(&str, &str) -> Result<bool, &'static str>,
) -> Result<()> {
    let mut seen: Vec<String> = Vec::new();
    let mut errors: Vec<FieldError> = Vec::new();
    for (key, value) in form_urlencoded::parse(query.as_bytes()) {
        let add = |code: &str, why: &str| FieldError {
            field: key.clone().into_owned(),
            code: code.into(),
            message: format!("`{key}` {why}."),
        };
        if seen.iter().any(|known| *known == key) {
            errors.push(add("repeated", "is given twice"));
            continue;
        }
        seen.push(key.clone().into_owned());
        // `?user_id=` is a mistake of a program: read as no filter, it would widen the list to all users.
        if value.trim().is_empty() {
            errors.push(add(
                "empty",
                "is empty: give it a value, or leave the parameter out",
            ));
            continue;
        }
        // A value of invisible characters is a filter that matches nothing, not an absent filter.
        let value = match tidy(&value) {
            tidied if tidied.is_empty() => value.clone(),
            tidied => Cow::Owned(tidied.into_owned()),
        };
        match set(&key, &value) {
            Ok(true) => {}
            Ok(false) => errors.push(add("unknown_parameter", "is not a parameter here")),
            Err(why) => errors.push(add("type", why)),
        }
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(Error::fields(errors))
    }
}

fn parameter_error(field: &str, why: &str) -> Error {
    Error::field(field, "type", format!("`{field}` {why}."))
}
