//! Lists as people like them.

text_enum! {
    /// Whom a saved view is for.
    ViewAudience: ViewAudience, "view_audience" { Mine = "mine", Role = "role", Everyone = "everyone" }
}
