using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>Two-dimensional convolution (cross-correlation) of channels-last float32 pictures, and its two gradients.</summary>
/// <remarks>
/// <code>
/// y[n, oh, ow, co]    = Σ_{kh, kw, ci} x[n, oh·s + kh − padTop, ow·s + kw − padLeft, ci] · w[kh, kw, ci, co]
/// dx[n, ih, iw, ci]   = Σ_{kh, kw, co} dy[n, (ih + padTop − kh)/s, (iw + padLeft − kw)/s, co] · w[kh, kw, ci, co]   (where s divides)
/// dw[kh, kw, ci, co]  = Σ_{n, oh, ow}  x[n, oh·s + kh − padTop, ow·s + kw − padLeft, ci] · dy[n, oh, ow, co]
/// </code>
/// Directly, all three are matrix products whose window matrix is never formed (implicit GEMM): rows are read in place through pointers, and the
/// padding is a row of zeros, so that an infinite weight meets it as 0·∞. By Winograd's filtering they are products of transformed tiles.
/// Results depend on the operands, the method and the instruction set, never on the number of threads.
/// </remarks>
internal static unsafe class Convolution
{
    /// <summary>Floats of scratch that <see cref="Forward"/> needs; depends on the shape alone.</summary>
    /// <exception cref="ArgumentException">A size is out of range.</exception>
    public static int ForwardWorkspaceLength(in ConvGeometry g, ConvMethod method = ConvMethod.Direct)
    {
        Validate("Conv2D.Forward", g, method);
        var packed = method == ConvMethod.Winograd ? WinogradWorkspaceLength(WinogradTiles.Forward(g), g.InChannels, g.OutChannels) : PackedLength(g, method);
        return checked((int)(packed + ZerosLength(g.KernelWidth * g.InChannels) + Aligned.Slack));
    }

    /// <summary>y = x ∗ w + epilogue.</summary>
    /// <param name="x">[N, H, W, Ci].</param>
    /// <param name="w">[KH, KW, Ci, Co].</param>
    /// <param name="y">[N, OH, OW, Co], overwritten; may not overlap x or w.</param>
    /// <param name="g">The shapes.</param>
    /// <param name="epilogue">Terms added to the result, whose rows are the N·OH·OW output pixels.</param>
    /// <param name="workspace">At least <see cref="ForwardWorkspaceLength"/> floats; contents are arbitrary before and after.</param>
    /// <param name="parallelism">Threads to use; the result does not depend on them.</param>
    /// <param name="method">How to compute; <see cref="ConvMethod.Winograd"/> where <see cref="AllowsWinograd"/> says so.</param>
    /// <exception cref="ArgumentException">A size is out of range, or a span does not hold what the sizes ask.</exception>
    public static void Forward(
        ReadOnlySpan<float> x,
        ReadOnlySpan<float> w,
        Span<float> y,
        in ConvGeometry g,
        Epilogue epilogue,
        Span<float> workspace,
        Parallelism parallelism,
        ConvMethod method = ConvMethod.Direct)
    {
        const string Operation = "Conv2D.Forward";
        Validate(Operation, g, method);
        Guard.Length(Operation, "x [N, H, W, Ci]", x.Length, g.InputLength);
        Guard.Length(Operation, "w [KH, KW, Ci, Co]", w.Length, g.WeightLength);
        Guard.Length(Operation, "y [N, OH, OW, Co]", y.Length, g.OutputLength);
        ValidateEpilogue(Operation, epilogue, g);
        Guard.Workspace(Operation, workspace.Length, ForwardWorkspaceLength(g, method));

        fixed (float* pX = x, pW = w, pY = y, pWorkspace = workspace)
        fixed (float* pBias = epilogue.Bias, pPerSample = epilogue.PerSample, pResidual = epilogue.Residual)
        {
            var packed = Aligned.Up(pWorkspace);
            var output = new OutputTile(pY, g.OutChannels, pBias, pPerSample, epilogue.RowsPerSample, pResidual);
            if (method == ConvMethod.Winograd)
            {
                var zeros = Zeros(packed, g.KernelWidth * g.InChannels);
                packed = Aligned.Up(zeros + (g.KernelWidth * g.InChannels));
                var block = new WinogradBlock(pX, zeros, WinogradTiles.Forward(g), g.InChannels, output);
                RunWinograd(block, new WinogradPacking(pW, packed, g.InChannels, g.OutChannels, backward: false), packed, parallelism);
                return;
            }

            PackForward(pW, packed, g, method, parallelism);
            RunForward(pX, packed, output, g, method, Aligned.Up(packed + PackedLength(g, method)), parallelism);
        }
    }

    /// <summary>Floats of the form in which <see cref="Pack"/> leaves the weights for <see cref="ForwardPacked"/>; depends on the shape alone.</summary>
    /// <exception cref="ArgumentException">A size is out of range.</exception>
    public static int PackedLength(in ConvGeometry g, ConvMethod method = ConvMethod.Direct)
    {
        Validate("Conv2D.Pack", g, method);
        return checked((int)(method == ConvMethod.Winograd
            ? WinogradPacking.Length(g.InChannels, g.OutChannels)
            : PanelMatrix.PackedLength(g.OutChannels, g.KernelHeight * g.KernelWidth * g.InChannels, 0)));
    }

    /// <summary>Brings weights that many forward passes share into the form these read.</summary>
    /// <param name="w">[KH, KW, Ci, Co].</param>
    /// <param name="packed"><see cref="PackedLength"/> floats, overwritten.</param>
    /// <param name="g">The shapes; the batch does not matter.</param>
    /// <param name="parallelism">Threads to use; the result does not depend on them.</param>
    /// <param name="method">The method that will read it.</param>
    /// <exception cref="ArgumentException">A size is out of range, or a span does not hold what the sizes ask.</exception>
    public static void Pack(ReadOnlySpan<float> w, Span<float> packed, in ConvGeometry g, Parallelism parallelism, ConvMethod method = ConvMethod.Direct)
    {
        const string Operation = "Conv2D.Pack";
        Guard.Length(Operation, "packed", packed.Length, PackedLength(g, method));
        Guard.Length(Operation, "w [KH, KW, Ci, Co]", w.Length, g.WeightLength);
        fixed (float* pW = w, pPacked = packed) PackForward(pW, pPacked, g, method, parallelism);
    }

    /// <summary>Floats of scratch that <see cref="ForwardPacked"/> needs; depends on the shape alone.</summary>
    public static int ForwardPackedWorkspaceLength(in ConvGeometry g, ConvMethod method = ConvMethod.Direct)
    {
        Validate("Conv2D.ForwardPacked", g, method);
        return ZerosLength(g.KernelWidth * g.InChannels);
    }

    /// <summary><see cref="Forward"/> with weights packed before; the same bytes.</summary>
    /// <param name="x">[N, H, W, Ci].</param>
    /// <param name="packed">What <see cref="Pack"/> wrote for these shapes and this method.</param>
    /// <param name="y">[N, OH, OW, Co], overwritten; may not overlap x.</param>
    /// <param name="g">The shapes.</param>
    /// <param name="epilogue">Terms added to the result.</param>
    /// <param name="workspace">At least <see cref="ForwardPackedWorkspaceLength"/> floats.</param>
    /// <param name="parallelism">Threads to use; the result does not depend on them.</param>
    /// <param name="method">How to compute.</param>
    /// <exception cref="ArgumentException">A size is out of range, or a span does not hold what the sizes ask.</exception>
    public static void ForwardPacked(
        ReadOnlySpan<float> x,
        ReadOnlySpan<float> packed,
        Span<float> y,
        in ConvGeometry g,
        Epilogue epilogue,
        Span<float> workspace,
        Parallelism parallelism,
        ConvMethod method = ConvMethod.Direct)
    {
        const string Operation = "Conv2D.ForwardPacked";
        Validate(Operation, g, method);
        Guard.Length(Operation, "x [N, H, W, Ci]", x.Length, g.InputLength);
        Guard.Length(Operation, "packed", packed.Length, PackedLength(g, method));
        Guard.Length(Operation, "y [N, OH, OW, Co]", y.Length, g.OutputLength);
        ValidateEpilogue(Operation, epilogue, g);
        Guard.Workspace(Operation, workspace.Length, ForwardPackedWorkspaceLength(g, method));
        fixed (float* pX = x, pPacked = packed, pY = y, pWorkspace = workspace)
        fixed (float* pBias = epilogue.Bias, pPerSample = epilogue.PerSample, pResidual = epilogue.Residual)
        {
            var output = new OutputTile(pY, g.OutChannels, pBias, pPerSample, epilogue.RowsPerSample, pResidual);
            RunForward(pX, pPacked, output, g, method, Aligned.Up(pWorkspace), parallelism);
        }
    }

    /// <summary>Floats of scratch that <see cref="GradInput"/> needs; depends on the shape alone.</summary>
    /// <exception cref="ArgumentException">A size is out of range.</exception>
    public static int GradInputWorkspaceLength(in ConvGeometry g, ConvMethod method = ConvMethod.Direct)
    {
        Validate("Conv2D.GradInput", g, method);
        var tapsOfAParity = (((g.KernelHeight - 1) / g.Stride) + 1) * (((g.KernelWidth - 1) / g.Stride) + 1);
        var packed = method == ConvMethod.Winograd
            ? WinogradWorkspaceLength(WinogradTiles.Backward(g), g.OutChannels, g.InChannels)
            : PanelMatrix.PackedLength(g.InChannels, tapsOfAParity * g.OutChannels, 0);
        return checked((int)(packed + ZerosLength(g.KernelWidth * g.OutChannels) + Aligned.Slack));
    }

    /// <summary>dx: the gradient of a loss with respect to x, from that with respect to y.</summary>
    /// <param name="dy">[N, OH, OW, Co].</param>
    /// <param name="w">[KH, KW, Ci, Co].</param>
    /// <param name="dx">[N, H, W, Ci], overwritten; may not overlap dy or w.</param>
    /// <param name="g">The shapes of the forward convolution.</param>
    /// <param name="workspace">At least <see cref="GradInputWorkspaceLength"/> floats; contents are arbitrary before and after.</param>
    /// <param name="parallelism">Threads to use; the result does not depend on them.</param>
    /// <param name="method">How to compute; <see cref="ConvMethod.Winograd"/> where <see cref="AllowsWinograd"/> says so.</param>
    /// <exception cref="ArgumentException">A size is out of range, or a span does not hold what the sizes ask.</exception>
    public static void GradInput(
        ReadOnlySpan<float> dy,
        ReadOnlySpan<float> w,
        Span<float> dx,
        in ConvGeometry g,
        Span<float> workspace,
        Parallelism parallelism,
        ConvMethod method = ConvMethod.Direct)
    {
        const string Operation = "Conv2D.GradInput";
        Validate(Operation, g, method);
        Guard.Length(Operation, "dy [N, OH, OW, Co]", dy.Length, g.OutputLength);
        Guard.Length(Operation, "w [KH, KW, Ci, Co]", w.Length, g.WeightLength);
        Guard.Length(Operation, "dx [N, H, W, Ci]", dx.Length, g.InputLength);
        Guard.Workspace(Operation, workspace.Length, GradInputWorkspaceLength(g, method));

        // Pixels between the taps of a kernel smaller than its stride are read by no output.
        if (g.Stride > Math.Min(g.KernelHeight, g.KernelWidth)) dx.Clear();
        fixed (float* pDy = dy, pW = w, pDx = dx, pWorkspace = workspace)
        {
            var output = new OutputTile(pDx, g.InChannels);
            var zeros = Zeros(Aligned.Up(pWorkspace), g.KernelWidth * g.OutChannels);
            var packed = Aligned.Up(zeros + (g.KernelWidth * g.OutChannels));
            if (method == ConvMethod.Winograd)
            {
                var block = new WinogradBlock(pDy, zeros, WinogradTiles.Backward(g), g.OutChannels, output);
                RunWinograd(block, new WinogradPacking(pW, packed, g.InChannels, g.OutChannels, backward: true), packed, parallelism);
                return;
            }

            for (var parityRow = 0; parityRow < g.Stride; parityRow++)
            {
                for (var parityColumn = 0; parityColumn < g.Stride; parityColumn++)
                {
                    var lattice = PixelLattice.Backward(g, pDy, parityRow, parityColumn);
                    if (lattice.Taps == 0 || lattice.Points == 0) continue;
                    var tap = (nint)g.InChannels * g.OutChannels;
                    var lastRow = parityRow + (g.Stride * (lattice.TapsHigh - 1));
                    var lastColumn = parityColumn + (g.Stride * (lattice.TapsWide - 1));
                    var packing = new PanelPacking
                    {
                        Source = pW,
                        Transposed = true,
                        Columns = g.InChannels,
                        Length = g.OutChannels,
                        Segments = lattice.Taps,
                        SegmentColumns = lattice.TapsWide,
                        Offset = (((nint)lastRow * g.KernelWidth) + lastColumn) * tap,
                        StepOuter = -(nint)g.Stride * g.KernelWidth * tap,
                        StepInner = -g.Stride * tap,
                        Batch = 1,
                        Packed = packed,
                    };
                    PackTaps(lattice, packing, parallelism);
                    Correlate(lattice, packed, output, zeros, parallelism);
                }
            }
        }
    }

    /// <summary>Floats of scratch that <see cref="GradWeight"/> needs; depends on the shape alone.</summary>
    /// <exception cref="ArgumentException">A size is out of range.</exception>
    public static int GradWeightWorkspaceLength(in ConvGeometry g, ConvMethod method = ConvMethod.Direct)
    {
        Validate("Conv2D.GradWeight", g, method);
        if (method == ConvMethod.Winograd) return checked((int)WinogradWeightGradient.WorkspaceLength(g));
        return WeightGradient.WorkspaceLength(g);
    }

    /// <summary>dw: the gradient of a loss with respect to w, from that with respect to y.</summary>
    /// <param name="x">[N, H, W, Ci].</param>
    /// <param name="dy">[N, OH, OW, Co].</param>
    /// <param name="dw">[KH, KW, Ci, Co], overwritten; may not overlap x or dy.</param>
    /// <param name="g">The shapes of the forward convolution.</param>
    /// <param name="workspace">At least <see cref="GradWeightWorkspaceLength"/> floats; contents are arbitrary before and after.</param>
    /// <param name="parallelism">Threads to use; the result does not depend on them.</param>
    /// <param name="method">How to compute; <see cref="ConvMethod.Winograd"/> where <see cref="AllowsWinograd"/> says so.</param>
    /// <exception cref="ArgumentException">A size is out of range, or a span does not hold what the sizes ask.</exception>
    public static void GradWeight(
        ReadOnlySpan<float> x,
        ReadOnlySpan<float> dy,
        Span<float> dw,
        in ConvGeometry g,
        Span<float> workspace,
        Parallelism parallelism,
        ConvMethod method = ConvMethod.Direct)
    {
        const string Operation = "Conv2D.GradWeight";
        Validate(Operation, g, method);
        Guard.Length(Operation, "x [N, H, W, Ci]", x.Length, g.InputLength);
        Guard.Length(Operation, "dy [N, OH, OW, Co]", dy.Length, g.OutputLength);
        Guard.Length(Operation, "dw [KH, KW, Ci, Co]", dw.Length, g.WeightLength);
        Guard.Workspace(Operation, workspace.Length, GradWeightWorkspaceLength(g, method));
        fixed (float* pX = x, pDy = dy, pDw = dw, pWorkspace = workspace)
        {
            if (method == ConvMethod.Winograd) WinogradWeightGradient.Run(pX, pDy, pDw, g, pWorkspace, parallelism);
            else WeightGradient.Run(pX, pDy, pDw, g, pWorkspace, parallelism);
        }
    }

    /// <summary>
    /// Whether <see cref="ConvMethod.Winograd"/> can compute a convolution: 3×3, stride 1, padding of 2 at most, channels in multiples of 16.
    /// </summary>
    public static bool AllowsWinograd(in ConvGeometry g) =>
        g is { KernelHeight: 3, KernelWidth: 3, Stride: 1, PadTop: <= 2, PadLeft: <= 2 } && g.InChannels % 16 == 0 && g.OutChannels % 16 == 0;

    /// <summary>
    /// Whether packing the weights beforehand spares <see cref="ForwardPacked"/> work; with few tiles Winograd transforms them on the way,
    /// which beats reading four times as much.
    /// </summary>
    public static bool GainsByPacking(in ConvGeometry g, ConvMethod method) =>
        method == ConvMethod.Direct || !WinogradPanels.Suits(WinogradTiles.Forward(g).Count, g.OutChannels);

    /// <summary>The method expected to be the faster, by a cost model of one picture's shape; never by timing, since the methods round differently.</summary>
    public static ConvMethod Fastest(in ConvGeometry g) => ConvCost.Fastest(g);

    private static void Validate(string operation, in ConvGeometry g, ConvMethod method)
    {
        g.Validate(operation);
        if (method == ConvMethod.Winograd && !AllowsWinograd(g))
            throw new ArgumentException($"{operation}: Winograd takes 3×3 kernels of stride 1, padding up to 2 and channels in multiples of 16, not {g}.");
    }

    private static void ValidateEpilogue(string operation, in Epilogue epilogue, in ConvGeometry g)
    {
        epilogue.Validate(operation, (long)g.Batch * g.OutHeight * g.OutWidth, g.OutChannels);
        var pixels = g.OutHeight * g.OutWidth;
        if (!epilogue.PerSample.IsEmpty && epilogue.RowsPerSample != pixels)
            throw new ArgumentException($"{operation}: a sample has {pixels} output pixels, epilogue.RowsPerSample says {epilogue.RowsPerSample}.");
    }

    // One window row of zeros stands for what lies outside the picture.
    private static int ZerosLength(int line) => checked(line + Aligned.Slack);

    private static float* Zeros(float* zeros, int line)
    {
        new Span<float>(zeros, line).Clear();
        return zeros;
    }

    private static void PackForward(float* w, float* packed, in ConvGeometry g, ConvMethod method, Parallelism parallelism)
    {
        if (method == ConvMethod.Winograd)
        {
            new WinogradPacking(w, packed, g.InChannels, g.OutChannels, backward: false).Run(parallelism);
            return;
        }

        var packing = new PanelPacking
        {
            Source = w,
            Packed = packed,
            Columns = g.OutChannels,
            Length = g.InChannels,
            Segments = g.KernelHeight * g.KernelWidth,
            SegmentColumns = g.KernelWidth,
            StepOuter = (nint)g.KernelWidth * g.InChannels * g.OutChannels,
            StepInner = (nint)g.InChannels * g.OutChannels,
            Batch = 1,
        };
        PackTaps(PixelLattice.Forward(g, null), packing, parallelism);
    }

    private static void RunForward(
        float* x, float* packed, in OutputTile output, in ConvGeometry g, ConvMethod method, float* workspace, Parallelism parallelism)
    {
        var zeros = Zeros(workspace, g.KernelWidth * g.InChannels);
        if (method == ConvMethod.Winograd)
            WinogradProduct.Run(new WinogradBlock(x, zeros, WinogradTiles.Forward(g), g.InChannels, output), packed, parallelism);
        else
            Correlate(PixelLattice.Forward(g, x), packed, output, zeros, parallelism);
    }

    // Room for the packed weights or, where panels are transformed on the way, for the transformed tiles.
    private static long WinogradWorkspaceLength(in WinogradTiles tiles, int rows, int columns) =>
        WinogradPanels.Suits(tiles.Count, columns) ? WinogradPanels.WorkspaceLength(tiles, rows) : WinogradPacking.Length(rows, columns);

    private static void RunWinograd(in WinogradBlock block, in WinogradPacking packing, float* workspace, Parallelism parallelism)
    {
        if (WinogradPanels.Suits(block.Tiles, block.Columns))
        {
            WinogradPanels.Run(block, packing, workspace, parallelism);
            return;
        }

        packing.Run(parallelism);
        WinogradProduct.Run(block, workspace, parallelism);
    }

    // With few channels a window row is one run of memory; see LineRows.
    private static bool ByLine(in PixelLattice lattice) => lattice.Channels < LineRows.ChannelLimit && lattice.TapsWide > 1;

    private static bool IsNarrow(in PixelLattice lattice, int columns) =>
        NarrowKernel.Suits(columns, ByLine(lattice) ? lattice.TapsWide * lattice.Channels : lattice.Channels);

    private static void PackTaps(in PixelLattice lattice, PanelPacking packing, Parallelism parallelism)
    {
        packing.Narrow = IsNarrow(lattice, packing.Columns);
        packing.Pack(parallelism);
    }

    // The common engine: every lattice point is a row of a product with the packed taps.
    private static void Correlate(in PixelLattice lattice, float* packed, in OutputTile output, float* zeros, Parallelism parallelism)
    {
        var depth = lattice.Taps * lattice.Channels;
        var panels = new PanelMatrix(null, output.Columns, depth, 0, packed, IsNarrow(lattice, output.Columns));
        if (ByLine(lattice))
            BlockedProduct.Run(new LineRows(lattice, zeros), panels, output, lattice.Points, depth, 1, parallelism);
        else
            BlockedProduct.Run(new WindowRows(lattice, zeros), panels, output, lattice.Points, depth, 1, parallelism);
    }
}
