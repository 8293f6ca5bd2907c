//! The made-up people of the tour.

/// Somebody who works at the branch.
pub struct Colleague {
    pub name: &'static str,
    pub employee_number: &'static str,
    pub login: &'static str,
    pub password: &'static str,
}

pub const ADMIN: Colleague = Colleague {
    name: "Ada Admin",
    employee_number: "E-1001",
    login: "ada",
    password: "the blue heron stands still",
};

pub const STAFF: Colleague = Colleague {
    name: "Sam Staff",
    employee_number: "E-1002",
    login: "sam",
    password: "seven grey geese fly south",
};

/// The same colleague after a reset.
pub const STAFF_ANEW: Colleague = Colleague {
    password: "eight brown bears sleep in",
    ..STAFF
};

/// And after a change of one's own.
pub const STAFF_CHANGED: Colleague = Colleague {
    password: "nine green newts swim home",
    ..STAFF
};

pub const PASSPHRASE: &str = "a lighthouse keeps no secrets";

/// The first half of a customer's form: the fields and what is typed into them.
pub const CUSTOMER_BEGUN: &[(&str, &str)] = &[
    ("field-profile.given_name", "Wilhelmina"),
    ("field-profile.family_name", "Ostergaard"),
    ("field-profile.birth_date", "1971-04-09"),
];

/// The other half, typed after the window was closed in between.
pub const CUSTOMER_REST: &[(&str, &str)] = &[
    ("field-profile.tax_id", "219-09-9999"),
    ("field-profile.identity_document.number", "NHL-12345678"),
    ("field-profile.phone", "+1 603 555 0142"),
    ("field-profile.email", "w.ostergaard@example.org"),
    ("field-profile.address.street", "12 Lighthouse Road"),
    ("field-profile.address.city", "Portsmouth"),
    ("field-profile.address.region", "NH"),
    ("field-profile.address.postal_code", "03801"),
    ("field-profile.employment.employer", "Piscataqua Ferries"),
    ("field-profile.income_monthly_minor", "5.2k"),
    ("field-profile.obligations_monthly_minor", "900"),
];

pub const CUSTOMER_NAME: &str = "Wilhelmina Ostergaard";
pub const ROUTING_NUMBER: &str = "021000021";
pub const ACCOUNT_NUMBER: &str = "770000012345";
