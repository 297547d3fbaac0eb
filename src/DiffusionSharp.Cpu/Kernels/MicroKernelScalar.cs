namespace DiffusionSharp.Cpu.Kernels;

/// <summary>The 4×4 tile of <see cref="MicroKernel"/> without vectors: four running sums, one row after the other.</summary>
internal static unsafe class MicroKernelScalar
{
    public static void Rows(int rows, float** a, nint tableStride, nint offset, int segments, int length, float* b, nint ldb, float* c, nint ldc, bool accumulate)
    {
        for (var r = 0; r < rows; r++)
        {
            float s0 = 0, s1 = 0, s2 = 0, s3 = 0;
            var bRow = b;
            for (var s = 0; s < segments; s++)
            {
                var aRow = a[(s * tableStride) + r] + offset;
                for (nint k = 0; k < length; k++, bRow += ldb)
                {
                    var v = aRow[k];
                    s0 += v * bRow[0];
                    s1 += v * bRow[1];
                    s2 += v * bRow[2];
                    s3 += v * bRow[3];
                }
            }

            Store(c + (r * ldc), s0, s1, s2, s3, accumulate);
        }
    }

    public static void Columns(int rows, float* a, nint lda, int count, float* b, nint ldb, float* c, nint ldc, bool accumulate)
    {
        for (var r = 0; r < rows; r++)
        {
            float s0 = 0, s1 = 0, s2 = 0, s3 = 0;
            var bRow = b;
            var aColumn = a + r;
            for (var k = 0; k < count; k++, aColumn += lda, bRow += ldb)
            {
                var v = *aColumn;
                s0 += v * bRow[0];
                s1 += v * bRow[1];
                s2 += v * bRow[2];
                s3 += v * bRow[3];
            }

            Store(c + (r * ldc), s0, s1, s2, s3, accumulate);
        }
    }

    public static void Listed(int rows, float* a, long* list, int count, float* b, nint ldb, float* c, nint ldc, bool accumulate)
    {
        for (var r = 0; r < rows; r++)
        {
            float s0 = 0, s1 = 0, s2 = 0, s3 = 0;
            for (var k = 0; k < count; k++)
            {
                var v = a[(int)list[k] + r];
                var bRow = b + ((nint)(list[k] >> 32) * ldb);
                s0 += v * bRow[0];
                s1 += v * bRow[1];
                s2 += v * bRow[2];
                s3 += v * bRow[3];
            }

            Store(c + (r * ldc), s0, s1, s2, s3, accumulate);
        }
    }

    private static void Store(float* c, float s0, float s1, float s2, float s3, bool accumulate)
    {
        if (accumulate)
        {
            c[0] += s0;
            c[1] += s1;
            c[2] += s2;
            c[3] += s3;
        }
        else
        {
            c[0] = s0;
            c[1] = s1;
            c[2] = s2;
            c[3] = s3;
        }
    }
}
