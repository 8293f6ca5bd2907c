//! A branch for the stories: a store in a folder of its own, an admin, a teller, and the steps
//! they take at the desk.

use domain::account::Role;
use domain::command::*;
use domain::customer::*;
use domain::date::UtcMillis;
use domain::ids::*;
use domain::intake::Check;
use domain::money::{Minor, Money};
use domain::refusal::ApiError;
use domain::view::{Prove, SignIn, SignUp};
use engine::clock::Clock;
use engine::seal::HashCost;
use engine::sessions::Token;
use engine::store::STORE_FILE;
use engine::store::reads::Viewer;
use engine::{Engine, Founding, Options};
use std::path::{Path, PathBuf};
use uuid::Uuid;

pub const PASSPHRASE: &str = "a passphrase for the stories";
pub const PASSWORD: &str = "violet kettle seventeen";
/// 2026-03-02, a Monday, 15:00 UTC.
pub const MONDAY: UtcMillis = UtcMillis(1_772_463_600_000);

/// A folder that goes when the test ends.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Folder {
        let path = std::env::temp_dir().join(format!("branchline-{}", Uuid::now_v7()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub struct Branch {
    pub engine: Engine,
    pub folder: Folder,
    pub clock: Clock,
    pub admin: Token,
    pub teller: Token,
}

pub fn options(data_dir: &Path, clock: &Clock) -> Options {
    let founding = Founding {
        branch_name: "Harbor Street".to_owned(),
        currency: "USD".parse().unwrap(),
        time_zone: "America/New_York".to_owned(),
        demo: false,
    };
    let mut options = Options::new(data_dir, PASSPHRASE, founding);
    options.hash_cost = HashCost::LEAST;
    options.clock = clock.clone();
    options
}

pub fn usd(minor: i64) -> Money {
    Money {
        minor: Minor(minor),
        currency: "USD".parse().unwrap(),
    }
}

pub fn profile(given: &str, family: &str, tax_id: &str) -> Profile {
    Profile {
        given_name: given.to_owned(),
        family_name: family.to_owned(),
        birth_date: "1980-05-17".parse().unwrap(),
        tax_id: tax_id.to_owned(),
        phone: format!("+1 202 555 {}", &tax_id[5..]),
        email: "customer@example.com".to_owned(),
        address: Address {
            street: "12 Quay Road".to_owned(),
            unit: String::new(),
            city: "Springfield".to_owned(),
            region: "IL".to_owned(),
            postal_code: "62701".to_owned(),
            country: "US".to_owned(),
        },
        identity_document: IdentityDocument {
            kind: DocumentKind::Passport,
            number: "X4471902".to_owned(),
        },
        employment: Employment {
            kind: EmploymentKind::Retired,
            employer: String::new(),
        },
        income_monthly_minor: Minor(450_000),
        obligations_monthly_minor: Minor(120_000),
    }
}

impl Branch {
    pub async fn open() -> Branch {
        let folder = Folder::new();
        let clock = Clock::set_to(MONDAY);
        let engine = Engine::open(options(&folder.path().join("data"), &clock))
            .await
            .unwrap();
        let admin = sign_up(&engine, "amara", "Amara Okafor", "E-100", true).await;
        let admin = admin.1.unwrap();
        let (teller_id, waiting) =
            sign_up(&engine, "tomas", "Tomás Lindqvist", "E-200", false).await;
        assert!(waiting.is_none(), "staff wait for an admin");
        let approve = Command::ApproveAccount(ApproveAccount {
            user_id: teller_id,
            employee_number: "E-200".to_owned(),
            role: Role::Staff,
        });
        submit(&engine, &admin, approve).await.unwrap();
        let teller = sign_in(&engine, "tomas").await;
        Branch {
            engine,
            folder,
            clock,
            admin,
            teller,
        }
    }

    pub fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn store_path(&self) -> PathBuf {
        self.data_dir().join(STORE_FILE)
    }

    pub async fn viewer(&self, token: &Token) -> Viewer {
        self.engine.viewer(token).await.unwrap()
    }

    pub async fn teller_does(&self, command: Command) -> Result<(), ApiError> {
        submit(&self.engine, &self.teller, command).await
    }

    pub async fn admin_does(&self, command: Command) -> Result<(), ApiError> {
        submit(&self.engine, &self.admin, command).await
    }

    pub async fn customer(&self, given: &str, family: &str, tax_id: &str) -> CustomerId {
        let customer_id = CustomerId(Uuid::now_v7());
        self.teller_does(Command::RecordCustomer(RecordCustomer {
            customer_id,
            profile: profile(given, family, tax_id),
        }))
        .await
        .unwrap();
        customer_id
    }

    pub async fn bank_account(&self, customer_id: CustomerId, number: &str) -> BankAccountId {
        let account_id = BankAccountId(Uuid::now_v7());
        self.teller_does(Command::AddBankAccount(AddBankAccount {
            customer_id,
            account_id,
            routing: "021000021".to_owned(),
            number: number.to_owned(),
        }))
        .await
        .unwrap();
        account_id
    }

    pub async fn application(&self, customer_id: CustomerId, minor: i64) -> LineId {
        let line_id = LineId(Uuid::now_v7());
        let product_id = self.engine.reader().products().await.unwrap()[0].id;
        self.teller_does(Command::TakeApplication(TakeApplication {
            line_id,
            customer_id,
            product_id,
            requested: usd(minor),
            purpose: "A new roof".to_owned(),
            missing: Vec::new(),
        }))
        .await
        .unwrap();
        line_id
    }

    /// Closes one day after another until this one is open.
    pub async fn work_until(&self, date: &str) {
        let until = date.parse().unwrap();
        loop {
            let date = self.viewer(&self.admin).await.today;
            if date >= until {
                return;
            }
            let close = Command::CloseDay(CloseDay { date });
            self.admin_does(close).await.unwrap();
        }
    }

    /// Makes the checks of an application; its version after them.
    pub async fn checked(&self, line_id: LineId) -> u64 {
        let mut version = 1;
        for check in Check::ALL {
            version += 1;
            self.teller_does(Command::RecordCheck(RecordCheck {
                line_id,
                check: *check,
                passed: true,
            }))
            .await
            .unwrap();
        }
        version
    }

    /// Approved, with the agreement recorded: ready to draw.
    pub async fn line(&self, customer_id: CustomerId, minor: i64) -> LineId {
        let line_id = self.application(customer_id, minor).await;
        let seen_version = self.checked(line_id).await;
        self.admin_does(Command::ApproveApplication(ApproveApplication {
            line_id,
            seen_version,
            seen_product_version: 1,
            limit: usd(minor),
        }))
        .await
        .unwrap();
        let signed_on = self.viewer(&self.teller).await.today;
        self.teller_does(Command::RecordAgreement(RecordAgreement {
            line_id,
            signed_on,
        }))
        .await
        .unwrap();
        line_id
    }

    pub async fn draw(&self, line_id: LineId, minor: i64, method: PayOut) -> MovementId {
        let draw_id = MovementId(Uuid::now_v7());
        self.teller_does(Command::RequestDraw(RequestDraw {
            line_id,
            draw_id,
            amount: usd(minor),
            method,
        }))
        .await
        .unwrap();
        draw_id
    }

    pub async fn repay(&self, line_id: LineId, minor: i64) -> MovementId {
        let repayment_id = MovementId(Uuid::now_v7());
        self.teller_does(Command::TakeRepayment(TakeRepayment {
            line_id,
            repayment_id,
            amount: usd(minor),
            method: PayIn::Cash {},
            taken_on: None,
        }))
        .await
        .unwrap();
        repayment_id
    }
}

pub const CASH: PayOut = PayOut::Cash {
    identity_seen: true,
};

pub async fn sign_up(
    engine: &Engine,
    login: &str,
    name: &str,
    employee_number: &str,
    admin: bool,
) -> (UserId, Option<Token>) {
    let user_id = UserId(Uuid::now_v7());
    let signed_up = engine
        .sign_up(SignUp {
            id: CommandId(Uuid::now_v7()),
            user_id,
            login: login.to_owned(),
            name: name.to_owned(),
            employee_number: employee_number.to_owned(),
            password: PASSWORD.to_owned(),
            admin,
        })
        .await
        .unwrap();
    let token = match signed_up.active {
        true => Some(sign_in(engine, login).await),
        false => None,
    };
    (user_id, token)
}

pub async fn sign_in(engine: &Engine, login: &str) -> Token {
    let form = SignIn {
        login: login.to_owned(),
        password: PASSWORD.to_owned(),
        code: None,
    };
    engine.sign_in(form).await.unwrap().0
}

/// The password again, for this command.
pub async fn prove(
    engine: &Engine,
    token: &Token,
    password: &str,
    command: &Command,
) -> Result<(), ApiError> {
    let form = Prove {
        password: password.to_owned(),
        command: command.clone(),
    };
    engine.prove(token, form).await
}

/// A command, with the password where it is asked for.
pub async fn submit(engine: &Engine, token: &Token, command: Command) -> Result<(), ApiError> {
    if command.kind().asks_password() {
        prove(engine, token, PASSWORD, &command).await?;
    }
    submit_bare(engine, token, command).await
}

pub async fn submit_bare(engine: &Engine, token: &Token, command: Command) -> Result<(), ApiError> {
    let id = CommandId(Uuid::now_v7());
    engine
        .submit(token, Submission { id, command })
        .await
        .map(|_| ())
}
