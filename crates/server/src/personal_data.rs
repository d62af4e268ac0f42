//! The registry of personal data: what each section stores of a person, to be exported and erased.

use platform::people::PersonalData;

/// Returns the personal data of all sections.
pub fn registry() -> Vec<PersonalData> {
    let sections = [
        accounts::personal_data,
        esims::personal_data,
        billing::personal_data,
        messaging::personal_data,
        support::personal_data,
        insights::personal_data,
        system::personal_data,
    ];
    sections.into_iter().flat_map(|section| section()).collect()
}
