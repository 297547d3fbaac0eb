namespace DiffusionSharp.Tensors.Kernels;

/// <summary>Two-dimensional convolution (cross-correlation) of channels-last float32 pictures, and its two gradients.</summary>
/// <remarks>
/// <code>
/// y[n, oh, ow, co]    = Σ_{kh, kw, ci} x[n, oh·s + kh − padTop, ow·s + kw − padLeft, ci] · w[kh, kw, ci, co]
/// dx[n, ih, iw, ci]   = Σ_{kh, kw, co} dy[n, (ih + padTop − kh)/s, (iw + padLeft − kw)/s, co] · w[kh, kw, ci, co]   (where s divides)
/// dw[kh, kw, ci, co]  = Σ_{n, oh, ow}  x[n, oh·s + kh − padTop, ow·s + kw − padLeft, ci] · dy[n, oh, ow, co]
/// </code>
/// All three are matrix products whose window matrix is never formed (implicit GEMM): rows are read in place through pointers, and the padding is
/// a row of zeros, so that an infinite weight meets it as 0·∞. Results depend on the operands and the instruction set, never on the number of threads.
/// </remarks>
public static unsafe class Conv2D
{
    /// <summary>Floats of scratch that <see cref="Forward"/> needs; depends on the shape alone.</summary>
    /// <exception cref="ArgumentException">A size is out of range.</exception>
    public static int ForwardWorkspaceLength(in ConvGeometry g, ConvMethod method = ConvMethod.Direct)
    {
        Validate("Conv2D.Forward", g, method);
        if (method == ConvMethod.Winograd) return WinogradWorkspaceLength(g.InChannels, g.OutChannels);
        return WorkspaceLength(g.OutChannels, (long)g.KernelHeight * g.KernelWidth * g.InChannels, (long)g.KernelWidth * g.InChannels);
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
        epilogue.Validate(Operation, (long)g.Batch * g.OutHeight * g.OutWidth, g.OutChannels);
        if (!epilogue.PerSample.IsEmpty && epilogue.RowsPerSample != g.OutHeight * g.OutWidth)
            throw new ArgumentException($"{Operation}: a sample has {g.OutHeight * g.OutWidth} output pixels, epilogue.RowsPerSample says {epilogue.RowsPerSample}.");
        Guard.Workspace(Operation, workspace.Length, ForwardWorkspaceLength(g, method));

        fixed (float* pX = x, pW = w, pY = y, pWorkspace = workspace)
        fixed (float* pBias = epilogue.Bias, pPerSample = epilogue.PerSample, pResidual = epilogue.Residual)
        {
            var output = new OutputTile
            {
                Output = pY,
                Columns = g.OutChannels,
                Bias = pBias,
                PerSample = pPerSample,
                RowsPerSample = epilogue.RowsPerSample,
                Residual = pResidual,
            };
            if (method == ConvMethod.Winograd)
            {
                RunWinograd(pX, pW, WinogradTiles.Forward(g), g, backward: false, output, pWorkspace, parallelism);
                return;
            }

            var packing = new PanelPacking
            {
                Source = pW,
                Columns = g.OutChannels,
                Length = g.InChannels,
                Segments = g.KernelHeight * g.KernelWidth,
                SegmentColumns = g.KernelWidth,
                StepOuter = (nint)g.KernelWidth * g.InChannels * g.OutChannels,
                StepInner = (nint)g.InChannels * g.OutChannels,
                Batch = 1,
            };
            Correlate(PixelLattice.Forward(g, pX), packing, output, pWorkspace, parallelism);
        }
    }

    /// <summary>Floats of scratch that <see cref="GradInput"/> needs; depends on the shape alone.</summary>
    /// <exception cref="ArgumentException">A size is out of range.</exception>
    public static int GradInputWorkspaceLength(in ConvGeometry g, ConvMethod method = ConvMethod.Direct)
    {
        Validate("Conv2D.GradInput", g, method);
        if (method == ConvMethod.Winograd) return WinogradWorkspaceLength(g.OutChannels, g.InChannels);
        var tapsOfAParity = (long)(((g.KernelHeight - 1) / g.Stride) + 1) * (((g.KernelWidth - 1) / g.Stride) + 1);
        return WorkspaceLength(g.InChannels, tapsOfAParity * g.OutChannels, (long)g.KernelWidth * g.OutChannels);
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
            var output = new OutputTile { Output = pDx, Columns = g.InChannels };
            if (method == ConvMethod.Winograd)
            {
                RunWinograd(pDy, pW, WinogradTiles.Backward(g), g, backward: true, output, pWorkspace, parallelism);
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
                    };
                    Correlate(lattice, packing, output, pWorkspace, parallelism);
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

    /// <summary>Whether <see cref="ConvMethod.Winograd"/> can compute a convolution: 3×3, stride 1, padding of 2 at most, channels in multiples of 16.</summary>
    public static bool AllowsWinograd(in ConvGeometry g) =>
        g is { KernelHeight: 3, KernelWidth: 3, Stride: 1, PadTop: <= 2, PadLeft: <= 2 } && g.InChannels % 16 == 0 && g.OutChannels % 16 == 0;

    /// <summary>The method expected to be the faster, by a cost model of one picture's shape; never by timing, since the methods round differently.</summary>
    public static ConvMethod Fastest(in ConvGeometry g) => ConvCost.Fastest(g);

    private static void Validate(string operation, in ConvGeometry g, ConvMethod method)
    {
        g.Validate(operation);
        if (method == ConvMethod.Winograd && !AllowsWinograd(g))
            throw new ArgumentException($"{operation}: Winograd takes 3×3 kernels of stride 1, padding up to 2 and channels in multiples of 16, not {g}.");
    }

    private static int WinogradWorkspaceLength(int rows, int columns) =>
        checked((int)(WinogradPacking.Length(rows, columns) + rows + (2 * Aligned.Slack)));

    private static void RunWinograd(float* input, float* w, in WinogradTiles tiles, in ConvGeometry g, bool backward, in OutputTile output, float* workspace, Parallelism parallelism)
    {
        var rows = backward ? g.OutChannels : g.InChannels;
        var zeros = Aligned.Up(workspace);
        new Span<float>(zeros, rows).Clear();
        var packed = Aligned.Up(zeros + rows);
        WinogradPacking.Run(w, packed, g.InChannels, g.OutChannels, backward, parallelism);
        WinogradProduct.Run(input, zeros, packed, tiles, rows, output, parallelism);
    }

    private static int WorkspaceLength(int columns, long depth, long zeros) =>
        checked((int)(((long)PanelMatrix.PanelCount(columns) * MicroKernel.Panel * depth) + zeros + (2 * Aligned.Slack)));

    // The common engine: pack the taps, then every lattice point is a row of the product.
    private static void Correlate(in PixelLattice lattice, PanelPacking packing, in OutputTile output, float* workspace, Parallelism parallelism)
    {
        var zeros = Aligned.Up(workspace);
        var line = lattice.TapsWide * lattice.Channels;
        new Span<float>(zeros, line).Clear();
        var byLine = lattice.Channels < LineRows.ChannelLimit && lattice.TapsWide > 1;
        packing.Narrow = NarrowKernel.Suits(packing.Columns, byLine ? line : lattice.Channels);
        packing.Packed = Aligned.Up(zeros + line);
        packing.Pack(parallelism);

        var depth = lattice.Taps * lattice.Channels;
        var panels = new PanelMatrix(null, packing.Columns, depth, 0, packing.Packed, packing.Narrow);
        if (byLine)
            BlockedProduct.Run(new LineRows(lattice, zeros), panels, output, lattice.Points, depth, 1, parallelism);
        else
            BlockedProduct.Run(new WindowRows(lattice, zeros), panels, output, lattice.Points, depth, 1, parallelism);
    }
}
