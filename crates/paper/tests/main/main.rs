//! What is printed, read back out of the PDF.
#![forbid(unsafe_code)]

mod samples;

use domain::money::Minor;
use domain::paper::*;
use lopdf::{Dictionary, Document, Object};
use paper::printed;
use samples::*;

const CURRENCIES: [&str; 3] = ["USD", "JPY", "KWD"];

/// Letters that are markup to the one who sets the pages.
const HOSTILE: &str = r#"#strong[Zoë] *b* _i_ ]$x$ `r` <l> @r "q" \u{41} // /* = - + 1~"#;

/// Without the spaces and line breaks, which are a matter of the layout.
fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

struct Read {
    document: Document,
    pages: Vec<String>,
}

impl Read {
    fn of(paper: &Paper) -> Read {
        let printed = printed(paper).unwrap();
        let document = Document::load_mem(&printed.bytes).unwrap();
        let numbers: Vec<u32> = document.get_pages().into_keys().collect();
        assert_eq!(numbers.len(), usize::try_from(printed.pages).unwrap());
        let text = |number: &u32| squeezed(&document.extract_text(&[*number]).unwrap());
        let pages = numbers.iter().map(text).collect();
        Read { document, pages }
    }

    fn text(&self) -> String {
        self.pages.concat()
    }

    /// All of these, one after the other.
    #[track_caller]
    fn says(&self, wanted: &[String]) {
        let text = self.text();
        let mut rest = text.as_str();
        for wanted in wanted {
            let wanted = squeezed(wanted);
            let Some(place) = rest.find(&wanted) else {
                panic!("{wanted} is not in {rest}, of {text}");
            };
            rest = &rest[place + wanted.len()..];
        }
    }
}

fn strings(wanted: &[&str]) -> Vec<String> {
    wanted.iter().map(|text| (*text).to_owned()).collect()
}

/// What the page and the command line show of the same contents, by the same formatter.
fn figures(paper: &Paper) -> Vec<String> {
    let money = |amount: Minor| paper.currency.format(amount);
    let with_code = |amount: Minor| format!("{} {}", money(amount), paper.currency);
    match &paper.body {
        PaperBody::Agreement(it) => vec![
            with_code(it.limit_minor),
            with_code(it.requested_minor),
            it.purpose.clone(),
            "14.9 %".to_owned(),
            "from 2026-09-01".to_owned(),
            "12.625 %".to_owned(),
            it.terms
                .minimum
                .words(&with_code(it.terms.minimum.floor_minor)),
            money(it.terms.origination_fee_minor),
            money(it.terms.late_fee_minor),
        ],
        PaperBody::Receipt(it) => {
            let mut wanted = vec![with_code(it.amount_minor), it.method.words()];
            wanted.extend([it.effective_on.to_string(), it.posted_on.to_string()]);
            wanted.push(it.movement_id.to_string());
            if let Some(paid) = &it.paid {
                let parts = [paid.interest_minor, paid.principal_minor, paid.credit_minor];
                wanted.extend(parts.map(money));
            }
            for (kind, amount) in &it.entries {
                wanted.extend([kind.words().to_owned(), money(*amount)]);
            }
            wanted.push(money(it.balance_minor));
            wanted
        }
        PaperBody::Statement(it) => {
            let mut wanted = vec![
                with_code(it.closing_minor),
                with_code(it.minimum_minor),
                it.due_on.to_string(),
                with_code(it.past_due_minor),
                money(it.opening_minor),
                money(it.fees_minor),
                money(it.interest_minor),
                money(it.closing_minor),
                money(it.year_fees_minor),
                money(it.year_interest_minor),
            ];
            let mut balance = it.opening_minor;
            for line in &it.lines {
                balance = balance.plus(line.amount_minor).unwrap();
                let cells = [line.on.to_string(), line.words(), money(line.amount_minor)];
                wanted.extend(cells);
                wanted.push(money(balance));
            }
            let explained = it.lines.iter().flat_map(|line| &line.explained);
            for line in explained {
                wanted.extend([line.from.to_string(), line.to.to_string()]);
                wanted.extend([line.days.to_string(), money(line.balance_minor)]);
                wanted.extend([line.annual_percent.to_string(), line.interest_exact.clone()]);
            }
            wanted
        }
        PaperBody::Payoff(it) => {
            let mut wanted = vec![with_code(it.payoff_minor), it.on.to_string()];
            let parts = [
                it.principal_minor,
                it.interest_minor,
                it.accrued_minor,
                it.fees_minor,
            ];
            wanted.extend(parts.map(money));
            wanted.push(money(it.credit_minor.negated().unwrap()));
            wanted.push(with_code(it.payoff_minor));
            wanted.push(it.per_diem_exact.clone());
            let exact = it.accrued.iter().map(|line| line.interest_exact.clone());
            wanted.extend(exact);
            wanted
        }
        PaperBody::AdverseAction(it) => {
            let mut wanted = Vec::new();
            for decision in &it.decisions {
                wanted.push(decision.of.opening(&paper.line_number, paper.currency));
                wanted.push(PRINCIPAL_REASONS.to_owned());
                let reasons = decision.reasons_in_words().into_iter();
                wanted.extend(reasons.map(str::to_owned));
            }
            wanted.push(equal_credit(USUAL_AGENCY));
            wanted
        }
        PaperBody::LimitReduction(it) => {
            let mut wanted = vec![with_code(it.before_minor), with_code(it.limit_minor)];
            wanted.push(it.reason.clone());
            wanted.push(equal_credit(USUAL_AGENCY));
            wanted
        }
        PaperBody::Incompleteness(it) => {
            let mut wanted = vec![it.taken_on.to_string(), with_code(it.requested_minor)];
            wanted.extend(it.missing.iter().map(|item| item.words().to_owned()));
            wanted.extend([it.by.to_string(), NO_FURTHER.to_owned()]);
            wanted
        }
    }
}

#[test]
fn every_document_says_what_the_screen_says() {
    for currency in CURRENCIES {
        for body in bodies(currency) {
            let paper = paper(currency, body);
            let read = Read::of(&paper);
            read.says(&strings(&[
                &paper.branch_name,
                &paper.customer.name,
                "4 Mill Road",
                "Flat 2",
                "Eastfall, NY 10991",
                "2026-03-31",
                "LC-000001",
                "CU-000007",
                paper.kind().title(),
            ]));
            read.says(&figures(&paper));
        }
    }
}

#[test]
fn each_kind_has_its_own_sample() {
    let kinds: Vec<&str> = bodies("USD")
        .into_iter()
        .map(|body| paper("USD", body).kind().slug())
        .collect();
    for kind in PaperKind::ALL {
        assert!(kinds.contains(&kind.slug()), "{kind:?}");
    }
}

#[test]
fn amounts_are_written_as_people_know_them() {
    let letter = bodies("USD").remove(4);
    for (currency, payoff) in [
        ("USD", "10,545.52 USD"),
        ("JPY", "1,054,552 JPY"),
        ("KWD", "1,054.552 KWD"),
    ] {
        let read = Read::of(&paper(currency, letter.clone()));
        read.says(&strings(&[payoff, "2026-04-15"]));
    }
}

#[test]
fn what_looks_like_markup_is_printed_as_it_stands() {
    for body in bodies("USD") {
        let mut paper = paper("USD", body);
        paper.customer.name = HOSTILE.to_owned();
        paper.customer.address.street = HOSTILE.to_owned();
        paper.branch_name = HOSTILE.to_owned();
        match &mut paper.body {
            PaperBody::Agreement(it) => it.purpose = HOSTILE.to_owned(),
            PaperBody::Receipt(it) => it.served_by = HOSTILE.to_owned(),
            PaperBody::AdverseAction(it) => {
                for decision in &mut it.decisions {
                    decision.other_words = Some(HOSTILE.to_owned());
                }
            }
            PaperBody::LimitReduction(it) => it.reason = HOSTILE.to_owned(),
            PaperBody::Statement(_) | PaperBody::Payoff(_) | PaperBody::Incompleteness(_) => {}
        }
        let times = match paper.body {
            PaperBody::Statement(_) | PaperBody::Payoff(_) | PaperBody::Incompleteness(_) => 3,
            _ => 4,
        };
        let read = Read::of(&paper);
        read.says(&vec![HOSTILE.to_owned(); times]);
    }
}

#[test]
fn printed_again_it_is_the_same() {
    for body in bodies("USD") {
        let first = paper("USD", body);
        let bytes = printed(&first).unwrap().bytes;
        assert_eq!(bytes, printed(&first).unwrap().bytes);
        let mut other = first.clone();
        other.dated = date("2026-04-01");
        assert_ne!(bytes, printed(&other).unwrap().bytes);
    }
}

fn dictionary<'a>(document: &'a Document, from: &'a Dictionary, key: &[u8]) -> &'a Dictionary {
    let found = from.get(key).unwrap();
    let (_, found) = document.dereference(found).unwrap();
    found.as_dict().unwrap()
}

fn metadata(document: &Document) -> String {
    let catalog = document.catalog().unwrap();
    let reference = catalog.get(b"Metadata").unwrap().as_reference().unwrap();
    let stream = document.get_object(reference).unwrap().as_stream().unwrap();
    let bytes = stream.decompressed_content();
    String::from_utf8(bytes.unwrap_or_else(|_| stream.content.clone())).unwrap()
}

#[test]
fn a_screen_reader_finds_its_way() {
    for body in bodies("USD") {
        let paper = paper("USD", body);
        let Read { document, .. } = Read::of(&paper);
        let catalog = document.catalog().unwrap();
        let marked = dictionary(&document, catalog, b"MarkInfo");
        assert!(marked.get(b"Marked").unwrap().as_bool().unwrap());
        let tree = dictionary(&document, catalog, b"StructTreeRoot");
        assert!(tree.has(b"K") && tree.has(b"ParentTree"));
        assert_eq!(catalog.get(b"Lang").unwrap().as_str().unwrap(), b"en-US");
        let metadata = metadata(&document);
        let title = format!("{} LC-000001", paper.kind().title());
        assert!(metadata.contains(&title), "{metadata}");
        assert!(
            metadata.contains("<pdfuaid:part>1</pdfuaid:part>"),
            "{metadata}"
        );
        assert!(metadata.contains("2026-03-31T00:00:00"), "{metadata}");
        let tags = names(&document, b"S");
        for tag in ["H1", "P", "Document"] {
            assert!(tags.iter().any(|found| found == tag), "{tag}: {tags:?}");
        }
        if !matches!(
            paper.body,
            PaperBody::AdverseAction(_) | PaperBody::Incompleteness(_)
        ) {
            for tag in ["Table", "TR", "TD"] {
                assert!(tags.iter().any(|found| found == tag), "{tag}: {tags:?}");
            }
        }
    }
}

/// The names under a key, in every dictionary of the file.
fn names(document: &Document, key: &[u8]) -> Vec<String> {
    let named = |object: &Object| {
        let name = object.as_dict().ok()?.get(key).ok()?.as_name().ok()?;
        Some(String::from_utf8_lossy(name).into_owned())
    };
    document.objects.values().filter_map(named).collect()
}

#[test]
fn fonts_are_in_the_file() {
    let read = Read::of(&paper("USD", bodies("USD").remove(0)));
    let dictionaries = read.document.objects.values();
    let fonts: Vec<&Dictionary> = dictionaries
        .filter_map(|object| object.as_dict().ok())
        .filter(|found| found.has_type(b"FontDescriptor"))
        .collect();
    assert!(fonts.len() >= 2);
    for font in fonts {
        assert!(font.has(b"FontFile3") || font.has(b"FontFile2"), "{font:?}");
    }
}

#[test]
fn a_long_statement_has_its_heads_on_every_page() {
    let contents = statement(2_700);
    let long = paper("USD", PaperBody::Statement(Box::new(contents.clone())));
    let read = Read::of(&long);
    let pages = read.pages.len();
    assert!(pages >= 60, "{pages} pages");
    read.says(&figures(&long));
    for (place, page) in read.pages.iter().enumerate() {
        let number = squeezed(&format!("Page {} of {pages}", place + 1));
        assert!(page.contains(&number), "{number}: {page}");
        // The table of what happened begins on the first page and ends on one of the last two.
        let heads = page.contains("DatePostedWhatAmountBalance");
        assert!(heads || place + 2 >= pages, "{place}: {page}");
        let running = squeezed("Ottoline Marchbanks, LC-000001");
        assert!(place == 0 || page.contains(&running), "{place}: {page}");
    }
}

#[test]
fn a_letter_that_no_font_knows_keeps_nobody_from_their_document() {
    let mut paper = paper("USD", bodies("USD").remove(1));
    let (known, unknown) = ("Жанна Ωμέγα", "李明");
    paper.customer.name = known.to_owned();
    let read = Read::of(&paper);
    read.says(&strings(&[known]));
    assert!(metadata(&read.document).contains("pdfuaid"));
    paper.customer.name = unknown.to_owned();
    let read = Read::of(&paper);
    read.says(&strings(&["4 Mill Road", "510.00 USD"]));
    assert!(!metadata(&read.document).contains("pdfuaid"));
    assert!(read.document.catalog().unwrap().has(b"StructTreeRoot"));
}

#[test]
fn only_the_demonstration_says_it_is_one() {
    let mut paper = paper("USD", PaperBody::Statement(Box::new(statement(90))));
    assert!(!Read::of(&paper).text().contains("DEMONSTRATION"));
    paper.demo = true;
    let read = Read::of(&paper);
    assert!(read.pages.len() > 1);
    for page in &read.pages {
        assert!(page.contains("DEMONSTRATION"), "{page}");
    }
}

#[test]
fn a_credit_report_is_named_where_one_was_used() {
    let source = "Equitable Reports, 1 Main Street, Albany, NY 12207";
    let rights = "right under the Fair Credit Reporting Act to know";
    let with = Read::of(&paper("USD", adverse_action(Some(source))));
    with.says(&strings(&[rights, source]));
    let without = Read::of(&paper("USD", adverse_action(None)));
    assert!(!without.text().contains(&squeezed(rights)));
}

#[test]
fn what_was_done_to_a_line_is_named_with_its_days() {
    for (currency, raise) in [
        ("USD", "from 5,000.00 USD to 8,000.50 USD"),
        ("JPY", "from 500,000 JPY to 800,050 JPY"),
    ] {
        let told = Read::of(&paper(currency, adverse_action_on_line()));
        told.says(&strings(&[
            "On 2026-03-05 we declined to raise the limit of your line of credit LC-000001",
            raise,
            "On 2026-03-09 we stopped further draws under your line of credit LC-000001.",
            PRINCIPAL_REASONS,
            "Excessive obligations in relation to income",
            // Told once more on that day, of something else.
            "On 2026-03-31 we declined",
            PRINCIPAL_REASONS,
            "The rent is two months late",
            "Equal Credit Opportunity Act",
        ]));
        assert!(!told.text().contains("yourapplication"));
    }
}

#[test]
fn a_sum_that_leaves_the_books_is_an_error() {
    let mut contents = statement(3);
    contents.opening_minor = Minor(i64::MAX);
    let paper = paper("USD", PaperBody::Statement(Box::new(contents)));
    assert!(matches!(printed(&paper), Err(paper::PaperError::Overflow)));
}
