//! The registry of personal data: what each section stores of a person, to be exported and erased.

mod support;

use platform::people::PersonalData;

/// Returns the personal data of all sections.
pub fn registry() -> Vec<PersonalData> {
    let sections = [
        accounts::personal_data,
        esims::personal_data,
        billing::personal_data,
        messaging::personal_data,
        insights::personal_data,
        system::personal_data,
    ];
    let mut registry: Vec<PersonalData> =
        sections.into_iter().flat_map(|section| section()).collect();
    registry.push(support::PERSONAL_DATA);
    registry
}
