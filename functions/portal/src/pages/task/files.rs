//! A task's files and artifacts: what is there, a place to drop a file, and a line to add a link.

use dataops_domain::artifact::ArtifactType;
use dataops_domain::file::{Category, File};
use maud::{Markup, html};

use super::Shown;
use crate::ui::artifact::{self, kind_words};
use crate::ui::form::{self, Field};
use crate::ui::heading::heading;
use crate::ui::icon::icon;
use crate::ui::words;

/// The section.
pub(super) fn section(shown: Shown<'_>) -> Markup {
    let view = shown.view;
    let back = shown.back();
    html! {
        section .part #files aria-label="Files and artifacts" {
            (heading(shown.level, "", "Files and artifacts"))
            @if !view.files.is_empty() { ul .files { @for file in &view.files { (line(shown, file)) } } }
            @if !view.artifacts.is_empty() {
                ul .artifacts { @for each in &view.artifacts { (artifact::row(each, &shown.chrome.csrf, &back)) } }
            }
            (upload(shown))
            (add(shown))
        }
    }
}

fn line(shown: Shown<'_>, file: &File) -> Markup {
    html! {
        li .file data-id=(file.id) {
            div .artifact-words {
                p { (icon("file")) " " a href={ "/work/api/files/" (file.id) "/download" } { (file.filename) } }
                p .hint { (words::size(file.size_bytes)) " · " (file.category.as_str()) @if !file.evidence_for.is_empty() { " · proves this task" } }
            }
            @if file.evidence_for.is_empty() {
                form .review method="post" action={ "/files/" (file.id) "/delete" } {
                    (form::hidden(&shown.chrome.csrf, &shown.back()))
                    input type="hidden" name="task" value=(shown.view.task.id);
                    button .quiet { "Delete" span .sr { " " (file.filename) } }
                }
            }
        }
    }
}

fn upload(shown: Shown<'_>) -> Markup {
    let error = shown.attempt.error("upload", "file");
    html! {
        form .upload method="post" action=(shown.action("upload")) enctype="multipart/form-data" data-upload {
            (form::hidden(&shown.chrome.csrf, &shown.back()))
            input type="hidden" name="taskId" value=(shown.view.task.id);
            div .field {
                label for="upload-file" { "Upload a file" }
                input #upload-file type="file" name="file" required aria-describedby=[error.map(|_| "upload-file-error")];
                @if let Some(words) = error { p .field-error #upload-file-error { (words) } }
            }
            div .field {
                label for="upload-category" { "It is" }
                select #upload-category name="category" {
                    @for category in [Category::Document, Category::Invoice, Category::Image] { option value=(category.as_str()) { (category_words(category)) } }
                }
            }
            button { "Upload" }
            p .hint role="status" data-progress {}
        }
    }
}

fn add(shown: Shown<'_>) -> Markup {
    let form = "artifact";
    let open = shown.attempt.form == form;
    html! {
        details .more-fields open[open] data-key="artifact" {
            summary { "Add an artifact for review" }
            form method="post" action=(shown.action("artifact")) {
                (form::hidden(&shown.chrome.csrf, &shown.back()))
                (Field { required: true, most: 200, ..Field::text(form, "title", "What it is called") }.show(shown.attempt))
                (form::select(form, "type", "What it is", &ArtifactType::WORDS.iter().map(|word| ((*word).to_owned(), kind_words(word))).collect::<Vec<_>>(), shown.attempt.value(form, "type").unwrap_or("report")))
                (Field { most: 2_000, ..Field::text(form, "storageUri", "Where it is: a link") }.show(shown.attempt))
                @if !shown.view.files.is_empty() {
                    (form::select(form, "fileId", "Or one of the files above", &files(shown), shown.attempt.value(form, "fileId").unwrap_or_default()))
                }
                p .actions { button { "Add for review" } }
            }
        }
    }
}

fn files(shown: Shown<'_>) -> Vec<(String, String)> {
    let none = std::iter::once((String::new(), "None".to_owned()));
    none.chain(shown.view.files.iter().map(|file| (file.id.to_string(), file.filename.clone()))).collect()
}

fn category_words(category: Category) -> &'static str {
    match category {
        Category::Image => "a picture",
        Category::Invoice => "an invoice or receipt",
        Category::Document => "a document",
    }
}
