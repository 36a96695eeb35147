use napi::bindgen_prelude::*;
use napi_derive::napi;

const MOST_CELLS: usize = 1_000_000;

/// A sheet of numbers, one row after the other.
#[napi(custom_finalize)]
pub struct Sheet {
    columns: usize,
    cells: Vec<f64>,
    /// The bytes that V8 was told of, and not yet of their end.
    told: i64,
}

#[napi]
impl Sheet {
    /// A sheet with so many empty rows.
    #[napi(constructor)]
    pub fn new(env: Env, rows: u32, columns: u32) -> Result<Self> {
        let columns = columns as usize;
        let cells = vec![0.0; rows as usize * columns];
        let mut sheet = Sheet {
            columns,
            cells,
            told: 0,
        };
        sheet.tell(env)?;
        Ok(sheet)
    }

    /// Gives the sheet so many rows: new ones are empty, and those that are too many are deleted.
    #[napi]
    pub fn resize(&mut self, env: Env, rows: u32) -> Result<()> {
        let cells = rows as usize * self.columns;
        if cells > MOST_CELLS {
            return Err(Error::from_reason("a sheet has at most a million cells"));
        }
        self.cells.resize(cells, 0.0);
        self.tell(env)
    }

    /// Writes a number into each cell of a row.
    #[napi]
    pub fn fill(&mut self, row: u32, number: f64) {
        if let Some(cells) = self.cells.chunks_mut(self.columns).nth(row as usize) {
            cells.fill(number);
        }
    }

    /// The sum of all cells.
    #[napi]
    pub fn sum(&self) -> f64 {
        self.cells.iter().sum()
    }

    /// Tells V8 how large the cells are.
    fn tell(&mut self, env: Env) -> Result<()> {
        let bytes = size_of_val(&*self.cells) as i64;
        env.adjust_external_memory(bytes)?;
        self.told += bytes;
        Ok(())
    }
}

impl ObjectFinalize for Sheet {
    /// V8 has collected the sheet, and its cells are freed.
    fn finalize(self, env: Env) -> Result<()> {
        env.adjust_external_memory(-self.told)?;
        Ok(())
    }
}
