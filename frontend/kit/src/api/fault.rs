//! Why a call did not bring what was asked for.

use wire::{Problem, ProblemCode};

/// A call that failed.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// The server could not be reached.
    Offline,
    /// The server said no, and why.
    Refused(Box<Problem>),
    /// The server answered something that this version of the panel cannot read.
    Unreadable {
        /// The request that it answered.
        request_id: String,
    },
}

impl Fault {
    /// What happened, in a few words.
    pub fn title(&self) -> String {
        match self {
            Self::Offline => "The server cannot be reached".to_owned(),
            Self::Refused(problem) => problem.title.clone(),
            Self::Unreadable { .. } => "The answer cannot be read".to_owned(),
        }
    }
    /// What to do about it, where that is known.
    pub fn advice(&self) -> Option<String> {
        match self {
            Self::Offline => Some("Check the connection and try again.".to_owned()),
            Self::Refused(problem) => problem.detail.clone(),
            Self::Unreadable { .. } => {
                Some("The panel may be older than the server: reload the page.".to_owned())
            }
        }
    }
    /// One sentence for a toast or a row.
    pub fn sentence(&self) -> String {
        match self {
            Self::Offline => {
                "The server cannot be reached. Check the connection and try again.".to_owned()
            }
            other => other.advice().unwrap_or_else(|| other.title()),
        }
    }
    /// The request to name when asking for help.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Offline => None,
            Self::Refused(problem) => Some(&problem.request_id)
                .filter(|id| !id.is_empty())
                .map(String::as_str),
            Self::Unreadable { request_id } => {
                Some(request_id.as_str()).filter(|id| !id.is_empty())
            }
        }
    }
    /// The kind, where the server named one.
    pub fn code(&self) -> Option<ProblemCode> {
        match self {
            Self::Refused(problem) => Some(problem.code),
            _ => None,
        }
    }
    /// The faulty fields and what is wrong with them.
    pub fn fields(&self) -> Vec<(String, String)> {
        match self {
            Self::Refused(problem) => problem
                .errors
                .iter()
                .map(|error| (error.field.clone(), error.message.clone()))
                .collect(),
            _ => Vec::new(),
        }
    }
    /// A refusal that this panel makes up itself, or takes from an answer without a readable body.
    pub(crate) fn made(code: ProblemCode, request_id: String) -> Self {
        Self::Refused(Box::new(Problem {
            request_id,
            ..Problem::new(code)
        }))
    }
}
