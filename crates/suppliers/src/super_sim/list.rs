//! The eSIMs of an account: first the profiles with their activation codes, then the Sims with the state of the service.

use super::{
    PAGE_SIZE, SuperSim,
    call::Request,
    esims::{activation_code, profile_state, status, word},
    orders::next_page,
};
use crate::{Account, EsimPage, EsimRef, Json, ListedEsim, Refusal, SupplierError};

/// The lists, in the order in which they are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum List {
    Profiles,
    Sims,
}

impl List {
    const fn name(self) -> &'static str {
        match self {
            Self::Profiles => "ESimProfiles",
            Self::Sims => "Sims",
        }
    }

    const fn key(self) -> &'static str {
        match self {
            Self::Profiles => "esim_profiles",
            Self::Sims => "sims",
        }
    }

    fn first_page(self) -> String {
        format!("{}?PageSize={PAGE_SIZE}", self.name())
    }
}

impl SuperSim {
    /// Returns the page of a mark: the name of the list and the query.
    pub(super) async fn read_page(
        &self,
        account: &Account,
        mark: Option<&str>,
    ) -> Result<EsimPage, SupplierError> {
        let first = List::Profiles.first_page();
        let (list, query) = parse(mark.unwrap_or(&first)).ok_or_else(|| {
            SupplierError::refused(Refusal::BadRequest, "the mark of the page is not valid")
        })?;
        let mut request = Request::get("list_esims", &[list.name()]);
        for (name, value) in &query {
            request = request.query(name, value);
        }
        let body = self.call(account, &request).await?.body;
        let read = match list {
            List::Profiles => profile,
            List::Sims => sim,
        };
        let items = body.get(list.key()).items();
        let next = next_page(&body).map(|query| {
            let query = url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs(query)
                .finish();
            format!("{}?{query}", list.name())
        });
        Ok(EsimPage {
            items: items.into_iter().filter_map(read).collect(),
            next: next.or_else(|| (list == List::Profiles).then(|| List::Sims.first_page())),
        })
    }
}

fn parse(mark: &str) -> Option<(List, Vec<(String, String)>)> {
    let (name, query) = mark.split_once('?')?;
    let list = [List::Profiles, List::Sims]
        .into_iter()
        .find(|list| list.name() == name)?;
    let query = url::form_urlencoded::parse(query.as_bytes());
    Some((list, query.into_owned().collect()))
}

/// Returns a profile; `None` for one without an ICCID, such as one that is being reserved.
fn profile(profile: &Json) -> Option<ListedEsim> {
    Some(ListedEsim {
        esim: EsimRef {
            iccid: profile.get("iccid").exact_text()?.to_owned(),
            provider_ref: Some(profile.get("sid").string()?),
            sim_ref: profile.get("sim_sid").string(),
        },
        reference: None,
        eid: profile.get("eid").string(),
        activation_code: activation_code(profile).map(Into::into),
        sku: None,
        profile_state: profile_state(profile, None),
        status: None,
        created_at: profile.get("date_created").time(),
        reported: word(profile).to_owned(),
    })
}

/// Returns a Sim.
fn sim(sim: &Json) -> Option<ListedEsim> {
    Some(ListedEsim {
        esim: EsimRef {
            iccid: sim.get("iccid").exact_text()?.to_owned(),
            provider_ref: None,
            sim_ref: Some(sim.get("sid").string()?),
        },
        reference: sim.get("unique_name").string(),
        eid: None,
        activation_code: None,
        sku: sim.get("fleet_sid").string(),
        profile_state: None,
        status: status(sim),
        created_at: sim.get("date_created").time(),
        reported: word(sim).to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_name_a_list_and_a_query_only() {
        let (list, query) = parse("Sims?PageSize=200&PageToken=PA%26x").unwrap();
        assert_eq!(list, List::Sims);
        assert_eq!(query[1], ("PageToken".to_owned(), "PA&x".to_owned()));
        for mark in [
            "",
            "Sims",
            "Fleets?PageSize=200",
            "../Sims?x=1",
            "https://a/Sims?x",
        ] {
            assert!(parse(mark).is_none(), "{mark}");
        }
    }

    #[test]
    fn esim_without_exact_iccid_is_left_out() {
        let json = |text: &str| Json::parse(text.as_bytes()).unwrap();
        let reserving = r#"{"sid": "HP1", "iccid": null, "status": "reserving"}"#;
        assert!(profile(&json(reserving)).is_none());
        let rounded = r#"{"sid": "HS1", "iccid": 89883070000123460000, "status": "active"}"#;
        assert!(sim(&json(rounded)).is_none());
    }
}
