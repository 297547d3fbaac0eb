using BenchmarkDotNet.Running;
using DiffusionSharp.Bench;

// `kernels` prints a table in seconds, `step` one measurement, `peers` the ratios to PyTorch; anything else goes to BenchmarkDotNet.
return args switch
{
    ["kernels", .. var options] => KernelTable.Run(options),
    ["step", .. var options] => PeerComparison.RunStep(options),
    ["peers", .. var options] => PeerComparison.Run(options),
    _ => Switch(args),
};

static int Switch(string[] args)
{
    BenchmarkSwitcher.FromAssembly(typeof(KernelTable).Assembly).Run(args);
    return 0;
}
