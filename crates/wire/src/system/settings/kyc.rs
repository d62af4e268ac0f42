//! Which documents prove who somebody is.

use crate::accounts::kyc::KycDocumentType;
use serde::{Deserialize, Serialize};

/// What must be approved before a customer counts as verified: of each group, one document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KycRequired(pub Vec<Vec<KycDocumentType>>);

impl KycRequired {
    /// Out of the setting's text; nothing when it names no document, or an unknown one.
    pub fn read(text: &str) -> Option<Self> {
        let groups: Vec<Vec<KycDocumentType>> = serde_json::from_str(text).ok()?;
        (!groups.is_empty() && groups.iter().all(|group| !group.is_empty())).then_some(Self(groups))
    }

    /// Whether these approved documents are enough.
    pub fn is_met_by(&self, approved: &[KycDocumentType]) -> bool {
        self.missing(approved).next().is_none()
    }

    /// Returns whether every set of documents that meets this one meets the other one as well.
    pub fn is_as_strict_as(&self, other: &Self) -> bool {
        other.0.iter().all(|wanted| {
            self.0
                .iter()
                .any(|group| group.iter().all(|one| wanted.contains(one)))
        })
    }

    /// The groups of which no document is approved yet.
    pub fn missing<'a>(
        &'a self,
        approved: &'a [KycDocumentType],
    ) -> impl Iterator<Item = &'a [KycDocumentType]> {
        self.0
            .iter()
            .map(Vec::as_slice)
            .filter(|group| !group.iter().any(|one| approved.contains(one)))
    }
}

#[cfg(test)]
mod tests {
    use super::{KycDocumentType::*, KycRequired};

    #[test]
    fn one_of_each_group_is_enough() {
        let wanted = KycRequired(vec![vec![Passport, IdCard], vec![UtilityBill]]);
        assert!(wanted.is_met_by(&[UtilityBill, IdCard]));
        assert!(!wanted.is_met_by(&[Passport, IdCard]));
        assert_eq!(
            wanted.missing(&[Passport]).collect::<Vec<_>>(),
            [&[UtilityBill]]
        );
    }

    #[test]
    fn a_set_is_as_strict_as_what_follows_from_it() {
        let set = |groups: &[&[crate::accounts::kyc::KycDocumentType]]| {
            KycRequired(groups.iter().map(|group| group.to_vec()).collect())
        };
        let passport = set(&[&[Passport]]);
        let either = set(&[&[Passport, IdCard]]);
        let both = set(&[&[Passport], &[UtilityBill]]);
        assert!(passport.is_as_strict_as(&either) && both.is_as_strict_as(&passport));
        assert!(!either.is_as_strict_as(&passport) && !passport.is_as_strict_as(&both));
    }

    #[test]
    fn a_set_that_asks_for_nothing_is_none() {
        assert_eq!(KycRequired::read("[]"), None);
        assert_eq!(KycRequired::read("[[]]"), None);
        assert_eq!(KycRequired::read("[[\"library_card\"]]"), None);
        assert_eq!(
            KycRequired::read("[[\"passport\"]]"),
            Some(KycRequired(vec![vec![Passport]]))
        );
    }
}
