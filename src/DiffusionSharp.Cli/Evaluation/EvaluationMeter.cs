using DiffusionSharp.Cli.Commands;

namespace DiffusionSharp.Cli.Evaluation;

/// <summary>Shows how far an evaluation is.</summary>
internal sealed class EvaluationMeter(CommandContext context, bool quiet, long expected) : IProgress<EvaluationProgress>, IDisposable
{
    public void Report(EvaluationProgress value) => throw new NotSupportedException();
    public void Dispose() { }
}
