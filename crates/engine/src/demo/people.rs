//! The invented customers. Their numbers cannot be anybody's: tax ids begin with a 9, phones are
//! of the range kept for fiction, e-mail addresses of a domain nobody can own, routing numbers
//! of a block that was never given out.

use super::Chance;
use domain::customer::*;
use domain::money::Minor;

/// Given and family name, what they do, and for whom.
pub struct Person {
    given: &'static str,
    family: &'static str,
    work: EmploymentKind,
    employer: &'static str,
}

macro_rules! people {
    ($($given:literal $family:literal $work:ident $employer:literal)*) => {
        &[$(Person {
            given: $given,
            family: $family,
            work: EmploymentKind::$work,
            employer: $employer,
        }),*]
    };
}

pub const PEOPLE: &[Person] = people! {
    "Harold" "Venning" Employed "Pinecrest Lumber"
    "Beatriz" "Salcedo" Employed "Lakeside Dental Group"
    "Tobias" "Renner" SelfEmployed "Renner Tile and Stone"
    "Imani" "Cartwright" Employed "County School District 9"
    "Walter" "Hsu" Retired ""
    "Graciela" "Monteverde" SelfEmployed "Monteverde Catering"
    "Owen" "Fairbairn" Employed "Tidewater Freight"
    "Dalia" "Haddad" Employed "Northgate Hospital"
    "Clifford" "Boone" Employed "Boone County Roads"
    "Mei-Lin" "Zhao" SelfEmployed "Zhao Tailoring"
    "Rosalind" "Achterberg" Employed "Kettle and Crane Books"
    "Emeka" "Nwosu" Employed "Summit Elevator"
    "Patience" "Oyelaran" Employed "Willow Court Care Home"
    "Lars" "Thorvaldsen" SelfEmployed "Thorvaldsen Boat Works"
    "Yvette" "Delacroix" Employed "Harborview Inn"
    "Samir" "Choudhury" Employed "Quarry Hill Pharmacy"
    "Joan" "Pettibone" Retired ""
    "Andres" "Quintanilla" Employed "Valley Roofing Supply"
    "Noor" "Al-Rashidi" Student ""
    "Eleanor" "Whitcombe" Employed "Public Library"
    "Desmond" "Achebe-Cole" Employed "Metro Transit"
    "Katarzyna" "Wrona" SelfEmployed "Wrona Cleaning"
    "Luther" "Maddox" Employed "Maddox and Sons Garage"
    "Anneliese" "Brandt" Employed "Brightwater Brewing"
    "Ignacio" "Ferrer" SelfEmployed "Ferrer Landscaping"
    "Thandiwe" "Mbeki-Ross" Employed "State University"
    "Gordon" "Illingworth" Retired ""
    "Simone" "Archambault" Employed "Riverbend Architects"
    "Hiroshi" "Nakagawa" SelfEmployed "Nakagawa Piano Tuning"
    "Florence" "Oduya" Employed "First Street Clinic"
    "Vikram" "Sethuraman" Employed "Greenfield Solar"
    "Maribel" "Echeverria" Employed "Sunrise Bakery"
    "Edmund" "Prior-Haines" SelfEmployed "Prior-Haines Surveying"
    "Zahra" "Tehrani" Employed "Old Mill Veterinary"
    "Calvin" "Stubblefield" Employed "Ridgeway Electric"
    "Ottilie" "Krause" Employed "Museum of Glass"
    "Rashad" "Benjamin-Lee" Employed "Fire Department"
    "Nuala" "Gallagher" NotEmployed ""
    "Pavel" "Dvorak" SelfEmployed "Dvorak Plumbing"
    "Winifred" "Ashdown" Retired ""
    "Leilani" "Kahale" Employed "Coastal Ferries"
    "Bartholomew" "Quick" Employed "Quick Print Shop"
};

const STREETS: &[&str] = &[
    "Alder Lane",
    "Mill Road",
    "Chestnut Avenue",
    "Second Street",
    "Quarry Hill",
    "Ferry Landing",
    "Orchard Way",
    "Lantern Court",
    "Station Road",
    "Dockside Row",
];
/// City, state and a postal code.
const CITIES: &[(&str, &str, &str)] = &[
    ("Port Merrow", "NY", "10990"),
    ("Eastfall", "NY", "10991"),
    ("Cinder Bay", "NY", "10992"),
    ("Holloway", "NJ", "07990"),
    ("Marrow Creek", "NJ", "07991"),
];

pub fn profile(person: usize, chance: &mut Chance) -> Profile {
    let who = &PEOPLE[person];
    let (city, region, postal_code) = *chance.one_of(CITIES);
    let unit = match chance.between(0, 2) {
        0 => format!("Apt {}", chance.between(1, 24)),
        _ => String::new(),
    };
    let retired = who.work == EmploymentKind::Retired;
    let born = if retired {
        chance.between(1944, 1957)
    } else {
        chance.between(1962, 2002)
    };
    let birth_date = format!(
        "{born}-{:02}-{:02}",
        chance.between(1, 12),
        chance.between(1, 28)
    );
    let income = match who.work {
        EmploymentKind::NotEmployed | EmploymentKind::Student => chance.between(9, 16),
        EmploymentKind::Retired => chance.between(21, 38),
        EmploymentKind::Employed | EmploymentKind::SelfEmployed => chance.between(31, 92),
    };
    let obligations = income * chance.between(18, 46) / 100;
    let hundreds = |count: usize| Minor(i64::try_from(count).unwrap_or(0) * 10_000);
    let letters = |name: &str| -> String {
        name.chars()
            .filter(char::is_ascii_alphabetic)
            .collect::<String>()
            .to_lowercase()
    };
    let email = format!("{}.{}@example.com", letters(who.given), letters(who.family));
    Profile {
        given_name: who.given.to_owned(),
        family_name: who.family.to_owned(),
        // The rules check it again; a date is always made of such numbers.
        birth_date: birth_date
            .parse()
            .unwrap_or(domain::date::BusinessDate::EARLIEST),
        tax_id: format!("9{:08}", (10_000_019 + person * 1_370_311) % 100_000_000),
        phone: format!("({}) 555-01{:02}", 201 + person % 7, person),
        email: if chance.between(0, 5) == 0 {
            String::new()
        } else {
            email
        },
        address: Address {
            street: format!("{} {}", chance.between(2, 480), chance.one_of(STREETS)),
            unit,
            city: city.to_owned(),
            region: region.to_owned(),
            postal_code: postal_code.to_owned(),
            country: "US".to_owned(),
        },
        identity_document: IdentityDocument {
            kind: *chance.one_of(&[
                DocumentKind::DriversLicense,
                DocumentKind::DriversLicense,
                DocumentKind::Passport,
                DocumentKind::StateId,
            ]),
            number: format!("{:09}", chance.between(100_000_000, 999_999_999)),
        },
        employment: Employment {
            kind: who.work,
            employer: who.employer.to_owned(),
        },
        income_monthly_minor: hundreds(income),
        obligations_monthly_minor: hundreds(obligations),
    }
}

/// A routing number with its check digit, and an account number.
pub fn bank_account(chance: &mut Chance) -> (String, String) {
    let head = format!("99{:06}", chance.between(0, 999_999));
    let weighted: u32 = head
        .bytes()
        .zip([3, 7, 1].into_iter().cycle())
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    let check = (10 - weighted % 10) % 10;
    let number = chance.between(1_000_000_000, 9_999_999_999);
    (format!("{head}{check}"), number.to_string())
}
