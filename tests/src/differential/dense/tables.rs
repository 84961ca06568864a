//! Expressions and statements about tables.

use wasm_encoder::{Instruction as I, RefType, ValType};

use super::body::Body;
use super::{OBJECT_SEGMENT, OBJECT_TABLE, PASSIVE_SEGMENTS};

impl Body<'_> {
    pub(super) fn table_statement(&mut self) {
        let table = self.random.below(self.outline.tables.len()) as u32;
        let element = ValType::Ref(self.outline.tables[table as usize]);
        match self.random.below(6) {
            0 | 1 => {
                self.table_index();
                self.expression(element);
                self.emit(I::TableSet(table));
            }
            2 => {
                self.table_index();
                self.expression(element);
                self.short();
                self.emit(I::TableFill(table));
            }
            3 => {
                let of_type = |other: &u32| self.outline.tables[*other as usize];
                let same = (0..self.outline.tables.len() as u32)
                    .filter(|other| of_type(other) == of_type(&table));
                let same: Vec<u32> = same.collect();
                let src_table = self.random.choose(&same);
                self.table_index();
                self.table_index();
                self.short();
                self.emit(I::TableCopy { src_table, dst_table: table });
            }
            4 => {
                let elem_index = self.random.below(PASSIVE_SEGMENTS as usize) as u32;
                self.table_index();
                self.short();
                self.short();
                let (elem_index, table) = match table {
                    OBJECT_TABLE => (OBJECT_SEGMENT, table),
                    _ => (elem_index, self.random.choose(&[0, 2])),
                };
                self.emit(I::TableInit { elem_index, table });
            }
            _ if self.chance(20) => {
                let segment = self.random.below(PASSIVE_SEGMENTS as usize) as u32;
                self.emit(I::ElemDrop(segment));
            }
            _ => {
                self.expression(element);
                self.short();
                self.emit(I::TableGrow(table));
                let local = self.local_of(ValType::I32);
                self.emit(I::LocalSet(local));
            }
        }
    }

    pub(super) fn reference(&mut self, ty: RefType) {
        if self.chance(2) {
            return self.leaf(ValType::Ref(ty));
        }
        self.table_get(ty);
    }

    /// An element of a table of type `ty`, if there is one.
    pub(super) fn table_get(&mut self, ty: RefType) {
        let tables = (0..).zip(&self.outline.tables).filter(|(_, other)| **other == ty);
        let tables: Vec<u32> = tables.map(|(index, _)| index).collect();
        if tables.is_empty() {
            return self.leaf(ValType::Ref(ty));
        }
        let table = self.random.choose(&tables);
        self.table_index();
        self.emit(I::TableGet(table));
    }

    /// An index that is inside the table, mostly.
    pub(super) fn table_index(&mut self) {
        self.expression(ValType::I32);
        if !self.chance(200) {
            self.emit(I::I32Const(0xf));
            self.emit(I::I32And);
        }
    }
}
