//! The identity documents that verify a customer.

use crate::accounts::kyc::KycDocumentType;
use serde::{Deserialize, Serialize};

/// The documents that must be approved before a customer is verified: one of each group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KycRequired(pub Vec<Vec<KycDocumentType>>);

impl KycRequired {
    /// Parses the setting's text; returns `None` when it names no document, or an unknown one.
    pub fn parse(text: &str) -> Option<Self> {
        let groups: Vec<Vec<KycDocumentType>> = serde_json::from_str(text).ok()?;
        (!groups.is_empty() && groups.iter().all(|group| !group.is_empty())).then_some(Self(groups))
    }

    /// Returns whether these approved documents are sufficient.
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

    /// Returns the groups without an approved document.
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
    fn one_document_of_each_group_is_sufficient() {
        let wanted = KycRequired(vec![vec![Passport, IdCard], vec![UtilityBill]]);
        assert!(wanted.is_met_by(&[UtilityBill, IdCard]));
        assert!(!wanted.is_met_by(&[Passport, IdCard]));
        assert_eq!(
            wanted.missing(&[Passport]).collect::<Vec<_>>(),
            [&[UtilityBill]]
        );
    }

    #[test]
    fn is_as_strict_as_compares_implied_sets() {
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
    fn empty_requirement_is_invalid() {
        assert_eq!(KycRequired::parse("[]"), None);
        assert_eq!(KycRequired::parse("[[]]"), None);
        assert_eq!(KycRequired::parse("[[\"library_card\"]]"), None);
        assert_eq!(
            KycRequired::parse("[[\"passport\"]]"),
            Some(KycRequired(vec![vec![Passport]]))
        );
    }
}
