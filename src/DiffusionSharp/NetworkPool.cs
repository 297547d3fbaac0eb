using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Training.Models;

namespace DiffusionSharp;

/// <summary>Compiled networks of one model, kept between calls so that a second call begins at once; each is one caller's at a time.</summary>
internal sealed class NetworkPool(TrainedModel model, Executor machine)
{
    // Of the sizes asked for last: an idle network holds its activations.
    private const int MostIdle = 2;

    private readonly Lock gate = new();
    private readonly List<(int Batch, BoundNetwork Network)> idle = [];

    /// <summary>A network for batches of one size; give it back by disposing.</summary>
    public Lease Rent(int batch)
    {
        lock (gate)
        {
            var found = idle.FindLastIndex(n => n.Batch == batch);
            if (found >= 0)
            {
                var network = idle[found].Network;
                idle.RemoveAt(found);
                return new Lease(this, batch, network);
            }
        }

        return new Lease(this, batch, model.Network(batch, machine));
    }

    private void Return(int batch, BoundNetwork network)
    {
        network.Stop = default;
        lock (gate)
        {
            idle.Add((batch, network));
            if (idle.Count > MostIdle) idle.RemoveAt(0);
        }
    }

    /// <summary>A network in use.</summary>
    internal sealed class Lease(NetworkPool pool, int batch, BoundNetwork network) : IDisposable
    {
        private readonly long before = network.Calls;
        private bool returned;

        public BoundNetwork Network => network;

        /// <summary>How often it was asked since it was rented.</summary>
        public long Calls => network.Calls - before;

        public void Dispose()
        {
            if (returned) return;
            returned = true;
            pool.Return(batch, network);
        }
    }
}
