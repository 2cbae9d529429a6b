//! Writes every page from fixtures as a static site, to look at: `cargo run -p dataops-portal --example preview -- DIR`.

#[path = "../tests/fixtures/mod.rs"]
mod fixtures;

use std::path::{Path, PathBuf};

use chrono_tz::Europe::Berlin;
use dataops_api::views::row::{Gate, GateKind};
use dataops_portal::pages::{self, error::Trouble};
use dataops_portal::ui::flash::Flash;
use dataops_portal::ui::form::Attempt;
use dataops_portal::ui::page::{Chrome, Page, document};
use fixtures::chrome;

fn main() -> std::io::Result<()> {
    let dir = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "/tmp/portal-preview".into()));
    let none = Attempt::default();
    let refused = Attempt {
        form: "done".into(),
        message: "Not done yet. Add the Luma link first.".into(),
        values: vec![("link".into(), "luma.com/x".into())],
        errors: vec![("link".into(), "The link must be a whole address such as https://example.org/page.".into())],
    };
    let mut said = chrome("/");
    said.flash = Flash::of("done", Some("t1.7"));
    let mut quiet = fixtures::home();
    quiet.overdue.clear();
    quiet.follow_ups_due.clear();
    quiet.due_today.clear();
    let mut bare = fixtures::first_run();
    bare.templates.clear();
    let filters = pages::tasks::Filters { status: "open".into(), ..Default::default() };
    let here = chrome("/assistants/jobs/x");
    let today = fixtures::day().today;
    let (job, running) = (fixtures::assistants::job(), fixtures::assistants::running());
    let shown = |view| pages::assistants::job::Shown { view, chrome: &here, today, timezone: Berlin, attempt: &none };
    let of = |page: Page, chrome: &Chrome| document(chrome, &page).into_string();
    let sponsor = pages::search::Asked { q: "inv spons".into(), ..Default::default() };
    let site: Vec<(&str, String)> = vec![
        ("home", of(pages::home::page(&fixtures::home(), &said, Berlin, false), &said)),
        ("home-clear", of(pages::home::page(&quiet, &chrome("/"), Berlin, false), &chrome("/"))),
        ("home-first", of(pages::home::page(&fixtures::first_run(), &chrome("/"), Berlin, false), &chrome("/"))),
        ("home-bare", of(pages::home::page(&bare, &chrome("/"), Berlin, false), &chrome("/"))),
        ("tasks", of(pages::tasks::page(&fixtures::tasks(), &filters, &chrome("/tasks"), Berlin, &Default::default()), &chrome("/tasks"))),
        ("task", of(pages::task::page(&fixtures::task(), &chrome("/tasks/x"), Berlin, &none), &chrome("/tasks/x"))),
        ("task-refused", of(pages::task::page(&fixtures::task(), &chrome("/tasks/x"), Berlin, &refused), &chrome("/tasks/x"))),
        ("task-waiting", of(pages::task::page(&fixtures::waiting_task(), &chrome("/tasks/x"), Berlin, &none), &chrome("/tasks/x"))),
        ("task-panel", pages::task::panel(&fixtures::task(), &chrome("/tasks/x"), Berlin, &none).into_string()),
        ("task-new", of(pages::task_new::page(&fixtures::tasks(), &chrome("/tasks/new"), "", &none), &chrome("/tasks/new"))),
        ("workflows", of(pages::workflows::page(&fixtures::workflows(), false), &chrome("/workflows"))),
        ("workflow", of(pages::workflow::page(&fixtures::bundle(), &chrome("/workflows/x"), Berlin, &none), &chrome("/workflows/x"))),
        ("start", of(pages::start::preview(&fixtures::preview(), &chrome("/start/x"), "k", &none), &chrome("/start/x"))),
        ("inbox", of(pages::inbox::page(&fixtures::inbox(), Berlin), &chrome("/inbox"))),
        ("assistants", of(pages::assistants::page(&fixtures::assistants::assistants(), Berlin), &chrome("/assistants"))),
        ("assistant-job", of(pages::assistants::job::page(shown(&job)), &chrome("/assistants/jobs/x"))),
        ("assistant-working", of(pages::assistants::job::page(shown(&running)), &chrome("/assistants/jobs/x"))),
        (
            "recurring",
            of(pages::recurring::page(&fixtures::recurring::recurring(), &chrome("/recurring"), Berlin, &none), &chrome("/recurring")),
        ),
        (
            "recurring-one",
            of(
                pages::recurring::one::page(&fixtures::recurring::source_page(), &chrome("/recurring/x"), Berlin, &none),
                &chrome("/recurring/x"),
            ),
        ),
        (
            "generate",
            of(
                pages::recurring::generate::page(
                    pages::recurring::generate::Shown::Plan(&fixtures::recurring::preview_of(5), "k"),
                    &Default::default(),
                    &chrome("/recurring/generate"),
                    fixtures::day().today,
                    &none,
                ),
                &chrome("/recurring/generate"),
            ),
        ),
        (
            "explain",
            of(
                pages::recurring::explain::page(
                    &fixtures::recurring::explained(),
                    &chrome("/recurring/explain"),
                    fixtures::day().today,
                    Berlin,
                    &none,
                ),
                &chrome("/recurring/explain"),
            ),
        ),
        ("calendar", of(pages::calendar::page(&fixtures::recurring::calendar(2)), &chrome("/calendar"))),
        ("templates", of(pages::templates::page(&fixtures::templates()), &chrome("/templates"))),
        ("activity", of(pages::activity::page(&fixtures::timeline(), Berlin, fixtures::day().today, true), &chrome("/activity"))),
        ("activity-day", of(pages::activity::page(&fixtures::day(), Berlin, fixtures::day().today, false), &chrome("/activity"))),
        ("trash", of(pages::trash::page(&fixtures::trash(), &chrome("/trash"), Berlin, false), &chrome("/trash"))),
        ("search", of(pages::search::page(&fixtures::found(), &sponsor, "2026-11-20".parse().unwrap_or_default()), &chrome("/search"))),
        ("error", of(pages::error::page(Trouble::Internal, "01JD-REQUEST"), &chrome("/x"))),
        (
            "sign-in",
            pages::sign_in::page(
                "t",
                "/",
                false,
                &Attempt { message: "E-mail or password is wrong. Check both and try again.".into(), ..none.clone() },
            )
            .into_string(),
        ),
    ];
    let needs = [Gate { kind: GateKind::Link, label: "Luma".into(), satisfied: false }];
    let needs = dataops_portal::ui::gate::needs("x", "Publish the event page on Luma", &needs, "c", "/", "/tasks/x/done").into_string();
    std::fs::create_dir_all(&dir)?;
    std::fs::write(dir.join("needs.fragment"), needs)?;
    let version = site[0].1.split("/assets/").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default().to_owned();
    for (name, html) in &site {
        std::fs::write(dir.join(format!("{name}.html")), html)?;
    }
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("assets"), &dir.join("assets").join(version))
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() { copy(&entry.path(), &target)? } else { std::fs::copy(entry.path(), target).map(|_| ())? }
    }
    Ok(())
}
