//! The dependencies between crates and between modules, and the rules of what a file may contain.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

const SECTIONS: &[(&str, &[&str])] = &[
    ("accounts", &["messaging"]),
    (
        "billing",
        &["catalog", "esims", "integrations", "messaging"],
    ),
    ("catalog", &["integrations"]),
    ("esims", &["integrations", "messaging"]),
    ("insights", &[]),
    ("integrations", &[]),
    ("messaging", &[]),
    ("support", &["accounts", "billing", "esims", "messaging"]),
    ("system", &[]),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn files(dir: &Path, ending: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.to_string_lossy().ends_with(ending) {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}

#[test]
fn sections_depend_along_the_arrows_only() {
    for (section, allowed) in SECTIONS {
        let manifest =
            fs::read_to_string(root().join("crates").join(section).join("Cargo.toml")).unwrap();
        let dependencies = manifest
            .split("[dependencies]")
            .nth(1)
            .unwrap()
            .split("\n[")
            .next()
            .unwrap()
            .to_owned();
        for (other, _) in SECTIONS {
            let depends = dependencies.lines().any(|line| {
                line.starts_with(&format!("{other}.")) || line.starts_with(&format!("{other} "))
            });
            assert!(
                !depends || allowed.contains(other),
                "{section} depends on {other}"
            );
        }
    }
    let schema = fs::read_to_string(root().join("crates/schema/Cargo.toml")).unwrap();
    assert_eq!(
        schema.split("[dependencies]").nth(1).unwrap().trim(),
        "diesel.workspace = true"
    );
}

#[test]
fn sql_lives_in_query_rs() {
    for (section, _) in SECTIONS {
        for (path, text) in files(&root().join("crates").join(section).join("src"), ".rs") {
            let shown = path.to_string_lossy().into_owned();
            let is_query = shown.ends_with("/query.rs") || shown.contains("/query/");
            assert!(is_query || !text.contains("diesel"), "{shown} uses diesel");
        }
    }
}

#[test]
fn transactions_begin_in_routes_and_jobs_and_ports_are_called_from_jobs() {
    for (section, _) in SECTIONS {
        for (path, text) in files(&root().join("crates").join(section).join("src"), ".rs") {
            let shown = path.to_string_lossy().into_owned();
            let decides = shown.ends_with("/query.rs")
                || shown.ends_with("/rules.rs")
                || shown.contains("/rules/");
            assert!(
                !decides || !text.contains(".db.write("),
                "{shown} begins a transaction"
            );
            assert!(
                !shown.ends_with("routes.rs") || !text.contains("ctx.ports."),
                "{shown} calls a port"
            );
        }
    }
}

/// Circles of modules that remain, by crate. Each is a knot to untie: remove an entry when its circle is gone, and never add
/// one.
const KNOWN_CIRCLES: &[(&str, &[&str])] = &[
    ("accounts", &["sessions", "users"]),
    ("cluster", &["folder", "postmaster"]),
    (
        "platform",
        &[
            "audit",
            "auth",
            "crypto",
            "ctx",
            "db",
            "error",
            "extract",
            "health",
            "http",
            "idempotency",
            "jobs",
            "limits",
            "metrics",
            "ports",
            "respond",
        ],
    ),
    ("server", &["app", "openapi", "panel"]),
    (
        "wire",
        &[
            "accounts",
            "billing",
            "catalog",
            "check",
            "esims",
            "phone",
            "sensitive",
        ],
    ),
];

/// Returns the names in a `use` tree after `crate::`, such as `a` and `b` of `{a::x, b}`.
fn first_segments(tree: &str) -> Vec<String> {
    let name = |text: &str| -> String {
        text.chars()
            .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
            .collect()
    };
    let Some(list) = tree.strip_prefix('{') else {
        return vec![name(tree)];
    };
    let (mut depth, mut item, mut names) = (1, String::new(), Vec::new());
    for letter in list.chars() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 || (depth == 1 && letter == ',') {
            names.push(name(item.trim()));
            item.clear();
        } else {
            item.push(letter);
        }
        if depth == 0 {
            break;
        }
    }
    names
}

/// Returns the modules at the top of a crate, each with the other modules that it names by `crate::`. A module is a file or
/// a folder, so that `mod.rs` and its children count as one.
fn module_imports(source: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let module = |path: &Path| {
        let inner = path.strip_prefix(source).unwrap();
        let first = inner.components().next().unwrap().as_os_str();
        first.to_string_lossy().trim_end_matches(".rs").to_owned()
    };
    let mut imports: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, text) in files(source, ".rs") {
        let named = imports.entry(module(&path)).or_default();
        let code: Vec<&str> = text
            .lines()
            .map(|line| line.split("//").next().unwrap_or_default())
            .collect();
        for tree in code.join("\n").split("crate::").skip(1) {
            named.extend(first_segments(tree));
        }
    }
    // The crate's root, its binaries and names that are no modules are left out.
    for root in ["lib", "main", "bin"] {
        imports.remove(root);
    }
    let modules: BTreeSet<String> = imports.keys().cloned().collect();
    for (module, named) in &mut imports {
        named.retain(|other| other != module && modules.contains(other));
    }
    imports
}

/// Returns the modules that lie on a circle of imports.
fn circular_modules(imports: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let reaches_itself = |start: &String| {
        let mut open: Vec<&String> = imports[start].iter().collect();
        let mut seen = BTreeSet::new();
        while let Some(module) = open.pop() {
            if module == start {
                return true;
            }
            if seen.insert(module) {
                open.extend(&imports[module]);
            }
        }
        false
    };
    imports
        .keys()
        .filter(|module| reaches_itself(module))
        .cloned()
        .collect()
}

#[test]
fn modules_of_a_crate_import_without_circles() {
    let mut found = Vec::new();
    for entry in fs::read_dir(root().join("crates")).unwrap().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let circular = circular_modules(&module_imports(&entry.path().join("src")));
        if !circular.is_empty() {
            found.push((name, circular));
        }
    }
    found.sort();
    let known: Vec<(String, Vec<String>)> = KNOWN_CIRCLES
        .iter()
        .map(|(name, modules)| {
            let modules = modules.iter().map(|module| (*module).to_owned());
            ((*name).to_owned(), modules.collect())
        })
        .collect();
    assert_eq!(found, known);
}
