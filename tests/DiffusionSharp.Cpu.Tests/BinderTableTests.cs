using DiffusionSharp.Cpu.Binders;
using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Tests;

public sealed class BinderTableTests
{
    [Fact]
    public void Every_operation_that_a_step_can_have_is_bound()
    {
        var all = typeof(Operation).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Operation)) && !t.IsAbstract);

        // Sources stand before a run, and a view is no step.
        Type[] others = [typeof(Reshape)];
        Assert.Empty(all.Where(t => !t.IsSubclassOf(typeof(Source))).Except(BinderTable.Operations).Except(others).Select(t => t.Name));
    }

    [Fact]
    public void An_operation_without_a_binder_is_refused_by_name()
    {
        var error = Assert.Throws<NotSupportedException>(() => new CpuExecutor(Parallelism.Single).WorkspaceLength(new Unheard(), [[2]], [2]));
        Assert.Equal("The CPU executor does not know Unheard.", error.Message);
    }

    [Fact]
    public void Only_what_is_read_packed_can_be_packed()
    {
        var pack = new Pack(new Softmax(), [2, 3], [2, 3]);
        var binder = BinderTable.Of(pack.Consumer);
        Assert.Equal("The CPU executor packs nothing for Softmax.", Assert.Throws<NotSupportedException>(() => binder.BindPack(pack.Consumer, default, null!)).Message);
    }

    private sealed record Unheard : Operation;
}
