//! The reasons why a request fails.

use wire::{Problem, ProblemCode};

/// A failed request.
#[derive(Debug, Clone, PartialEq)]
pub enum ApiError {
    /// The server could not be reached.
    Offline,
    /// The server rejected the request and sent a problem.
    Problem(Box<Problem>),
    /// The server sent a response that this version of the panel cannot read.
    Unreadable {
        /// The id of the request.
        request_id: String,
    },
}

impl ApiError {
    /// Returns what happened, in a few words.
    pub fn title(&self) -> String {
        match self {
            Self::Offline => "The server cannot be reached".to_owned(),
            Self::Problem(problem) => problem.title.clone(),
            Self::Unreadable { .. } => "The answer cannot be read".to_owned(),
        }
    }
    /// Returns what the user can do about it, where that is known.
    pub fn advice(&self) -> Option<String> {
        match self {
            Self::Offline => Some("Check the connection and try again.".to_owned()),
            Self::Problem(problem) => problem.detail.clone(),
            Self::Unreadable { .. } => {
                Some("The panel may be older than the server: reload the page.".to_owned())
            }
        }
    }
    /// Returns one sentence for a toast or a row.
    pub fn sentence(&self) -> String {
        match self {
            Self::Offline => {
                "The server cannot be reached. Check the connection and try again.".to_owned()
            }
            other => other.advice().unwrap_or_else(|| other.title()),
        }
    }
    /// Returns the id of the request, which the user names to support.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Offline => None,
            Self::Problem(problem) => Some(&problem.request_id)
                .filter(|id| !id.is_empty())
                .map(String::as_str),
            Self::Unreadable { request_id } => {
                Some(request_id.as_str()).filter(|id| !id.is_empty())
            }
        }
    }
    /// Returns the problem code, where the server sent one.
    pub fn code(&self) -> Option<ProblemCode> {
        match self {
            Self::Problem(problem) => Some(problem.code),
            _ => None,
        }
    }
    /// Returns the invalid fields with their messages.
    pub fn fields(&self) -> Vec<(String, String)> {
        match self {
            Self::Problem(problem) => problem
                .errors
                .iter()
                .map(|error| (error.field.clone(), error.message.clone()))
                .collect(),
            _ => Vec::new(),
        }
    }
    /// Makes an error that the panel raises itself, or that stands for a response without a readable body.
    pub(crate) fn from_code(code: ProblemCode, request_id: String) -> Self {
        Self::Problem(Box::new(Problem {
            request_id,
            ..Problem::new(code)
        }))
    }
}
