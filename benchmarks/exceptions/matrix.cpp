// Matrices that own their elements and check indexes, as containers with `at` do. No index is wrong.
#include "handlers.h"

struct OutOfRange {
    int row, column;
};

class Matrix {
    int rows, columns;
    double *elements;

  public:
    Matrix(int rows, int columns)
        : rows(rows), columns(columns),
          elements(static_cast<double *>(calloc(size_t(rows) * columns, sizeof(double)))) {}
    Matrix(Matrix &&other) : rows(other.rows), columns(other.columns), elements(other.elements) {
        other.elements = nullptr;
    }
    Matrix(const Matrix &) = delete;
    ~Matrix() { free(elements); }
    double &at(int row, int column) {
        if (row < 0 || row >= rows || column < 0 || column >= columns) THROW((OutOfRange{row, column}));
        return elements[row * columns + column];
    }
    NOINLINE Matrix times(Matrix &other) {
        Matrix product(rows, other.columns);
        for (int row = 0; row < rows; row++)
            for (int column = 0; column < other.columns; column++) {
                double sum = 0;
                for (int inner = 0; inner < columns; inner++) sum += at(row, inner) * other.at(inner, column);
                product.at(row, column) = sum;
            }
        return product;
    }
};

int main() {
    const int SIZE = 96;
    Random random;
    Matrix left(SIZE, SIZE), right(SIZE, SIZE);
    for (int row = 0; row < SIZE; row++)
        for (int column = 0; column < SIZE; column++) {
            left.at(row, column) = random.next() % 100;
            right.at(row, column) = random.next() % 100;
        }
    double trace = 0;
    for (int round = 0; round < 300; round++) {
        TRY {
            Matrix product = left.times(right);
            for (int index = 0; index < SIZE; index++) trace += product.at(index, index);
        }
        CATCH(const OutOfRange &) { trace = -1; }
    }
    printf("%.0f\n", trace);
}
