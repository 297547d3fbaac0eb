using BenchmarkDotNet.Running;
using DiffusionSharp.Bench;
using DiffusionSharp.Bench.Pictures;
using DiffusionSharp.Bench.Samplers;

// `kernels` prints a table in seconds, `step` one measurement, `first-call` what the first calls of a process take, `peers` the ratios to PyTorch, `samplers` the error of every sampler, `pictures` the comparison of picture models; anything else goes to BenchmarkDotNet.
return args switch
{
    ["kernels", .. var options] => KernelTable.Run(options),
    ["step", .. var options] => PeerComparison.RunStep(options),
    ["first-call", .. var options] => FirstCalls.Run(options),
    ["peers", .. var options] => PeerComparison.Run(options),
    ["samplers", .. var options] => SamplerComparison.Run(options),
    ["pictures", .. var options] => PictureStudy.Run(options),
    _ => Switch(args),
};

static int Switch(string[] args)
{
    BenchmarkSwitcher.FromAssembly(typeof(KernelTable).Assembly).Run(args);
    return 0;
}
