//! Views of a list: its tabs, and the actions on the open view.

mod actions;
mod dialog;
pub(crate) mod store;

use super::{list::List, query::ALL};
use crate::{
    dom,
    ui::{ButtonVariant, Icon, button, icon::sized_icon, icon_view, menu::menu},
};
use actions::Views;
use dialog::ViewDialog;
use leptos::prelude::*;
use wire::system::views::{View, ViewAudience, is_list};

/// Draws the bar above a list; `None` for an address that cannot have views.
pub(crate) fn bar(list: List) -> Option<AnyView> {
    if !is_list(&list.here()) {
        return None;
    }
    store::refresh_if_stale();
    let views = Views::for_list(list);
    let tabs = move || {
        let here = list.here();
        let mut shown = store::for_list(&here);
        if let Some(open) = views.open.get().filter(|open| !shown.contains(open)) {
            shown.push(open);
        }
        shown
            .into_iter()
            .map(|view| tab(views, &view))
            .collect_view()
    };
    let all = move || views.all_address();
    let is_all = move || {
        let is_other = views.open.with(Option::is_some) || views.preset.get().is_some();
        (!is_other).then_some("page")
    };
    let spec = list.spec();
    let presets = spec.presets.iter().copied().enumerate();
    let presets = presets.map(|(index, (label, query))| {
        let is_open = move || (views.preset.get() == Some(index)).then_some("page");
        view! { <a class="view-tab" href=format!("{}?{query}", list.here()) aria-current=is_open><span>{label}</span></a> }
    });
    let presets = presets.collect_view();
    // On narrow screens the tabs scroll: keep the open one visible.
    Effect::new(move |_| {
        if let Some(view) = views.open.get() {
            request_animation_frame(move || dom::scroll_into_view(&tab_id(&view)));
        }
    });
    let opened = Memo::new(move |_| (views.open.get(), views.differs.get()));
    let menu = move || {
        let (open, differs) = opened.get();
        more(views, open, differs)
    };
    let buttons = move || {
        let (open, differs) = opened.get();
        let is_preset = views.preset.get().is_some();
        changed(views, open, differs && !is_preset)
    };
    view! {
        <div class="views">
            <nav class="view-tabs" aria-label="Views">
                <a class="view-tab" href=all aria-current=is_all><span>"All"</span></a>{presets}{tabs}
            </nav>
            {menu}
            <div class="spacer"></div>
            {buttons}
        </div>
        {dialog::dialog(views)}
    }
    .into_any()
    .into()
}

fn tab(views: Views, view: &View) -> AnyView {
    let id = view.id;
    let is_open = move || {
        views
            .open
            .with(|open| open.as_ref().is_some_and(|open| open.id == id))
            .then_some("page")
    };
    let star = view.is_default.then(|| {
        view! { {sized_icon(Icon::Star, 12)}<span class="sr-only">", default"</span> }
    });
    view! {
        <a class="view-tab" id=tab_id(view) href=store::address(view) title=audience_text(view) aria-current=is_open>
            <span>{view.name.clone()}</span>{star}</a>
    }
    .into_any()
}

fn tab_id(view: &View) -> String {
    format!("view-{}", view.id)
}

/// Describes the audience of a view.
fn audience_text(view: &View) -> String {
    match (view.audience, view.role) {
        (ViewAudience::Mine, _) => "Only for you".to_owned(),
        (ViewAudience::Role, Some(role)) => format!("For {}", dialog::role_name(role)),
        _ => "For everyone".to_owned(),
    }
}

/// Draws the menu of the open view.
fn more(views: Views, open: Option<View>, differs: bool) -> Option<AnyView> {
    let open = open?;
    let name = format!("View “{}”", open.name);
    let entries = views.entries(&open, differs);
    Some(menu(
        name,
        "btn quiet icon-only sm",
        || icon_view(Icon::Ellipsis),
        entries,
    ))
}

/// Draws the buttons of a list that differs from its view.
fn changed(views: Views, open: Option<View>, differs: bool) -> Option<AnyView> {
    if !differs {
        return None;
    }
    let save = move || views.dialog.set(Some(ViewDialog::New));
    let Some(open) = open else {
        return Some(button("Save view", ButtonVariant::Plain, None, save));
    };
    let back = store::address(&open);
    let keep = if store::may_change(&open) {
        button("Update view", ButtonVariant::Plain, None, move || {
            views.update(open.clone())
        })
    } else {
        button("Save a copy", ButtonVariant::Plain, None, save)
    };
    Some(
        view! { <a class="btn quiet wide-only" href=back><span>"Discard changes"</span></a>{keep} }
            .into_any(),
    )
}

impl Views {
    /// Returns the address of the whole list: the plain path, unless the list has a default view.
    fn all_address(self) -> String {
        let here = self.list.here();
        match self.list.opens_with().flatten() {
            Some(_) => format!("{here}?view={ALL}"),
            None => here,
        }
    }
}
