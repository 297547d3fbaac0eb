using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>Products of dense row-major float32 matrices: c = op(a) · op(b), with an epilogue added while the rows are hot.</summary>
/// <remarks>
/// The right operand is packed into column panels (or read in place where that is cheaper); each task takes a block of rows past some
/// panels with the register tile of <see cref="MicroKernel"/>. Sums are taken in blocks of k of a fixed length, so the result is a function of
/// the operands and the instruction set, never of the number of threads. Nothing is allocated but each thread's scratch, once.
/// Blocking after Goto and van de Geijn 2008, "Anatomy of high-performance matrix multiplication".
/// </remarks>
internal static unsafe class Gemm
{
    /// <summary>Floats of scratch that <see cref="Multiply"/> needs; depends on the shape alone.</summary>
    public static int WorkspaceLength(int m, int n, int k, bool transposeA, bool transposeB) =>
        BatchedWorkspaceLength(1, m, n, k, transposeA, transposeB);

    /// <summary>Floats of scratch that <see cref="MultiplyBatched"/> needs; depends on the shape alone.</summary>
    /// <exception cref="ArgumentException">A size is below 1.</exception>
    /// <exception cref="OverflowException">The scratch would exceed 2³¹ floats.</exception>
    public static int BatchedWorkspaceLength(int batch, int m, int n, int k, bool transposeA, bool transposeB)
    {
        ValidateSizes("Gemm", batch, m, n, k);
        return checked((int)(batch * (PackedA(m, n, k, transposeA) + PackedB(m, n, k, transposeA, transposeB)) + (2 * Aligned.Slack)));
    }

    /// <summary>c = op(a) · op(b) + epilogue.</summary>
    /// <param name="a">[m, k], or [k, m] when <paramref name="transposeA"/>.</param>
    /// <param name="transposeA">Whether a is stored transposed.</param>
    /// <param name="b">[k, n], or [n, k] when <paramref name="transposeB"/>.</param>
    /// <param name="transposeB">Whether b is stored transposed.</param>
    /// <param name="c">[m, n], overwritten; may not overlap a or b.</param>
    /// <param name="m">Rows of c, 1 or more.</param>
    /// <param name="n">Columns of c, 1 or more.</param>
    /// <param name="k">Terms of each sum, 1 or more.</param>
    /// <param name="epilogue">Terms added to the product; <see cref="Epilogue.None"/> for none.</param>
    /// <param name="workspace">At least <see cref="WorkspaceLength"/> floats; contents are arbitrary before and after.</param>
    /// <param name="parallelism">Threads to use; the result does not depend on them.</param>
    /// <exception cref="ArgumentException">A size is below 1, or a span does not hold what the sizes ask.</exception>
    public static void Multiply(
        ReadOnlySpan<float> a,
        bool transposeA,
        ReadOnlySpan<float> b,
        bool transposeB,
        Span<float> c,
        int m,
        int n,
        int k,
        Epilogue epilogue,
        Span<float> workspace,
        Parallelism parallelism) =>
        Run("Gemm.Multiply", a, transposeA, b, transposeB, c, 1, m, n, k, epilogue, workspace, parallelism);

    /// <summary>Independent products of one shape: c[i] = op(a[i]) · op(b[i]).</summary>
    /// <param name="a">[batch, m, k], or [batch, k, m] when <paramref name="transposeA"/>.</param>
    /// <param name="transposeA">Whether each a is stored transposed.</param>
    /// <param name="b">[batch, k, n], or [batch, n, k] when <paramref name="transposeB"/>.</param>
    /// <param name="transposeB">Whether each b is stored transposed.</param>
    /// <param name="c">[batch, m, n], overwritten; may not overlap a or b.</param>
    /// <param name="batch">Number of products, 1 or more.</param>
    /// <param name="m">Rows of each c, 1 or more.</param>
    /// <param name="n">Columns of each c, 1 or more.</param>
    /// <param name="k">Terms of each sum, 1 or more.</param>
    /// <param name="workspace">At least <see cref="BatchedWorkspaceLength"/> floats; contents are arbitrary before and after.</param>
    /// <param name="parallelism">Threads to use; the result does not depend on them.</param>
    /// <exception cref="ArgumentException">A size is below 1, or a span does not hold what the sizes ask.</exception>
    public static void MultiplyBatched(
        ReadOnlySpan<float> a,
        bool transposeA,
        ReadOnlySpan<float> b,
        bool transposeB,
        Span<float> c,
        int batch,
        int m,
        int n,
        int k,
        Span<float> workspace,
        Parallelism parallelism) =>
        Run("Gemm.MultiplyBatched", a, transposeA, b, transposeB, c, batch, m, n, k, Epilogue.None, workspace, parallelism);

    /// <summary>Floats of the form in which <see cref="PackRight"/> leaves an operand for <see cref="MultiplyPacked"/>; depends on the shape alone.</summary>
    /// <exception cref="ArgumentException">A size is below 1.</exception>
    public static int PackedRightLength(int n, int k)
    {
        ValidateSizes("Gemm.PackRight", 1, 1, n, k);
        return checked((int)(IsNarrow(n, k, false) ? (long)n * k : PanelMatrix.PackedLength(n, k, 0)));
    }

    /// <summary>Brings a right operand that many products share into the form these read.</summary>
    /// <param name="b">[k, n], or [n, k] when <paramref name="transposeB"/>.</param>
    /// <param name="transposeB">Whether b is stored transposed.</param>
    /// <param name="packed"><see cref="PackedRightLength"/> floats, overwritten.</param>
    /// <param name="n">Columns of the product, 1 or more.</param>
    /// <param name="k">Terms of each sum, 1 or more.</param>
    /// <param name="parallelism">Threads to use; the result does not depend on them.</param>
    /// <exception cref="ArgumentException">A size is below 1, or a span does not hold what the sizes ask.</exception>
    public static void PackRight(ReadOnlySpan<float> b, bool transposeB, Span<float> packed, int n, int k, Parallelism parallelism)
    {
        Guard.Length("Gemm.PackRight", "packed", packed.Length, PackedRightLength(n, k));
        Guard.Length("Gemm.PackRight", transposeB ? "b [n, k]" : "b [k, n]", b.Length, (long)k * n);
        fixed (float* pB = b, pPacked = packed) PanelPacking.Plain(pB, pPacked, transposeB, n, k, 0, IsNarrow(n, k, false), 1).Pack(parallelism);
    }

    /// <summary>c = a · b + epilogue with b packed before; the same bytes as <see cref="Multiply"/>.</summary>
    /// <param name="a">[m, k].</param>
    /// <param name="packed">What <see cref="PackRight"/> wrote for this n and k.</param>
    /// <param name="c">[m, n], overwritten; may not overlap a.</param>
    /// <param name="m">Rows of c, 1 or more.</param>
    /// <param name="n">Columns of c, 1 or more.</param>
    /// <param name="k">Terms of each sum, 1 or more.</param>
    /// <param name="epilogue">Terms added to the product.</param>
    /// <param name="parallelism">Threads to use; the result does not depend on them.</param>
    /// <exception cref="ArgumentException">A size is below 1, or a span does not hold what the sizes ask.</exception>
    public static void MultiplyPacked(
        ReadOnlySpan<float> a,
        ReadOnlySpan<float> packed,
        Span<float> c,
        int m,
        int n,
        int k,
        Epilogue epilogue,
        Parallelism parallelism)
    {
        const string Operation = "Gemm.MultiplyPacked";
        ValidateSizes(Operation, 1, m, n, k);
        Guard.Length(Operation, "a [m, k]", a.Length, (long)m * k);
        Guard.Length(Operation, "packed", packed.Length, PackedRightLength(n, k));
        Guard.Length(Operation, "c [m, n]", c.Length, (long)m * n);
        epilogue.Validate(Operation, m, n);
        fixed (float* pA = a, pPacked = packed, pC = c)
        fixed (float* pBias = epilogue.Bias, pPerSample = epilogue.PerSample, pResidual = epilogue.Residual)
        {
            var output = new OutputTile(pC, n, pBias, pPerSample, epilogue.RowsPerSample, pResidual);
            BlockedProduct.Run(new MatrixRows(pA, m, k), new PanelMatrix(null, n, k, 0, pPacked, IsNarrow(n, k, false)), output, m, k, 1, parallelism);
        }
    }

    // A plain b is packed when enough row blocks pass over it to repay the copy; a transposed one has no rows to read in place.
    private static int PanelsInPlace(int m, int n, bool transposeB) =>
        !transposeB && m <= 12 * MicroKernel.RowBlock ? n / MicroKernel.Panel : 0;

    // A transposed a is packed when several panels walk it: in place each step of k touches another cache line.
    private static bool PacksA(int n, int k, bool transposeA) => transposeA && n > 2 * MicroKernel.Panel && k > 16;

    private static long PackedA(int m, int n, int k, bool transposeA) => PacksA(n, k, transposeA) ? ColumnPacking.PackedLength(m, k) : 0;

    private static long PackedB(int m, int n, int k, bool transposeA, bool transposeB) =>
        IsNarrow(n, k, transposeA) ? (long)n * k : PanelMatrix.PackedLength(n, k, PanelsInPlace(m, n, transposeB));

    private static bool IsNarrow(int n, int k, bool transposeA) => !transposeA && NarrowKernel.Suits(n, k);

    private static void ValidateSizes(string operation, int batch, int m, int n, int k)
    {
        Guard.Positive(operation, nameof(batch), batch);
        Guard.Positive(operation, nameof(m), m);
        Guard.Positive(operation, nameof(n), n);
        Guard.Positive(operation, nameof(k), k);
    }

    private static void Run(
        string operation,
        ReadOnlySpan<float> a,
        bool transposeA,
        ReadOnlySpan<float> b,
        bool transposeB,
        Span<float> c,
        int batch,
        int m,
        int n,
        int k,
        Epilogue epilogue,
        Span<float> workspace,
        Parallelism parallelism)
    {
        ValidateSizes(operation, batch, m, n, k);
        Guard.Length(operation, transposeA ? "a [k, m]" : "a [m, k]", a.Length, (long)batch * m * k);
        Guard.Length(operation, transposeB ? "b [n, k]" : "b [k, n]", b.Length, (long)batch * k * n);
        Guard.Length(operation, "c [m, n]", c.Length, (long)batch * m * n);
        epilogue.Validate(operation, (long)batch * m, n);
        Guard.Workspace(operation, workspace.Length, BatchedWorkspaceLength(batch, m, n, k, transposeA, transposeB));

        fixed (float* pA = a, pB = b, pC = c, pWorkspace = workspace)
        fixed (float* pBias = epilogue.Bias, pPerSample = epilogue.PerSample, pResidual = epilogue.Residual)
        {
            var output = new OutputTile(pC, n, pBias, pPerSample, epilogue.RowsPerSample, pResidual);
            var packedB = Aligned.Up(pWorkspace);
            var packedA = Aligned.Up(packedB + (batch * PackedB(m, n, k, transposeA, transposeB)));
            var narrow = IsNarrow(n, k, transposeA);
            var inPlace = narrow ? 0 : PanelsInPlace(m, n, transposeB);
            PanelPacking.Plain(pB, packedB, transposeB, n, k, inPlace, narrow, batch).Pack(parallelism);
            var panels = new PanelMatrix(pB, n, k, inPlace, packedB, narrow);
            if (!transposeA)
            {
                BlockedProduct.Run(new MatrixRows(pA, m, k), panels, output, m, k, batch, parallelism);
                return;
            }

            var packs = PacksA(n, k, transposeA);
            if (packs) new ColumnPacking(pA, packedA, m, k, batch).Pack(parallelism);
            BlockedProduct.Run(new MatrixColumns(packs ? packedA : pA, m, k, packs), panels, output, m, k, batch, parallelism);
        }
    }
}
