using System.Runtime.ExceptionServices;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Scoring.Onnx;

/// <summary>A model of the catalogue, loaded, checked and warm. Shared by all runs. Thread-safe.</summary>
internal sealed class LoadedModel : IDisposable
{
    // Pictures at once on the processor: the numbers between the layers of more of them leave its caches, and each takes longer.
    private const int ProcessorPiece = 2;

    private readonly OnnxBatches _batches;
    private readonly int _lanes;
    private readonly string _tensor;
    private readonly ReadyModel? _files;

    /// <summary>Takes the session over.</summary>
    public LoadedModel(ModelEntry entry, OnnxSession session, InferenceOptions options, ReadyModel? files = null, Func<long>? freeBytes = null)
    {
        (Entry, Session, _files) = (entry, session, files);
        _tensor = entry.Input?.Tensor ?? session.Inputs[0].Name;
        var graph = session.Inputs.FirstOrDefault(p => p.Name == _tensor)?.Shape is [> 0 and var fixedBatch, ..] ? fixedBatch : int.MaxValue;
        _lanes = session.Provider.Name == OnnxProvider.Cpu ? options.ThreadsOrDefault : 0;
        _batches = new OnnxBatches(Math.Min(Math.Min(options.MaxBatch, entry.Input?.MaxBatch ?? int.MaxValue), graph), freeBytes);
    }

    /// <summary>What the catalogue says.</summary>
    public ModelEntry Entry { get; }

    /// <summary>The graph.</summary>
    public OnnxSession Session { get; }

    /// <summary>Most frames that go through at once as of now.</summary>
    public int BatchLimit => _batches.Limit;

    /// <summary>Path of one of the model's files.</summary>
    public string PathOf(ModelFile file) => _files?.PathOf(file) ?? throw new InvalidOperationException("Loaded without its files.");

    /// <summary>Position of an output by name; null = the only or first one.</summary>
    public int Output(string? name)
    {
        for (var i = 0; i < Session.Outputs.Length; i++)
        {
            if (name is null || Session.Outputs[i].Name == name)
            {
                return i;
            }
        }

        throw new VettingException(FailureCode.ModelMismatch, $"The model '{Entry.Id}' has no output '{name}' (it has {string.Join(", ", Session.Outputs.Select(o => o.Name))}).");
    }

    /// <summary>Runs all frames of a batch in pieces. <paramref name="freeSide"/>: length of the long side in pixels, for models that take any size.</summary>
    /// <exception cref="VettingException">ModelMismatch, or OutOfMemory when not even one frame fits.</exception>
    public void Run(FrameBatch batch, int freeSide, PieceReader read)
    {
        if (batch.Count > 0)
        {
            var tensor = PictureTensor.Of(batch, Entry.Input!, freeSide);
            Run(tensor.Slice(0, batch.Count), batch.Count, tensor.Shape, read);
        }
    }

    /// <summary>Runs so many items, whose numbers lie one after the other, in pieces. <paramref name="shape"/>: of a tensor of so many items.</summary>
    /// <exception cref="VettingException">As the other form.</exception>
    public void Run(ReadOnlyMemory<float> numbers, int items, Func<int, long[]> shape, PieceReader read)
    {
        try
        {
            if (_lanes > 0 && items > 1)
            {
                Beside(numbers, items, shape, read);
            }
            else
            {
                Each(numbers, 0, items, items, shape, (run, first, count) =>
                {
                    using (run)
                    {
                        read(run, first, count);
                    }
                });
            }
        }
        catch (InferenceMemoryException trouble)
        {
            throw new VettingException(FailureCode.ToolFailed, $"The model '{Entry.Id}' needs more memory than there is, even for one frame at a time.", trouble.InnerException?.Message, trouble);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Session.Dispose();

    // Small pieces beside each other, one processor each: more frames a second than one piece after the other on all processors. What comes out is read in order.
    private void Beside(ReadOnlyMemory<float> numbers, int items, Func<int, long[]> shape, PieceReader read)
    {
        var size = Math.Min(ProcessorPiece, _batches.Limit);
        var pieces = new List<(OnnxRun Run, int First, int Count)>[(items + size - 1) / size];
        try
        {
            Parallel.For(0, pieces.Length, new ParallelOptions { MaxDegreeOfParallelism = _lanes }, p =>
            {
                var done = pieces[p] = [];
                Each(numbers, p * size, Math.Min(size, items - (p * size)), items, shape, (run, first, count) => done.Add((run, first, count)));
            });
            foreach (var (run, first, count) in pieces.SelectMany(p => p))
            {
                read(run, first, count);
            }
        }
        catch (AggregateException several)
        {
            ExceptionDispatchInfo.Throw(several.Flatten().InnerExceptions[0]);
        }
        finally
        {
            foreach (var (run, _, _) in pieces.Where(p => p is not null).SelectMany(p => p))
            {
                run.Dispose();
            }
        }
    }

    // Whoever gets a run owns it.
    private void Each(ReadOnlyMemory<float> numbers, int from, int items, int all, Func<int, long[]> shape, PieceReader take)
    {
        var length = all == 0 ? 0 : numbers.Length / all;
        _batches.Each(items, (long)length * sizeof(float), (first, count) =>
            take(Session.Run(new OnnxInput(_tensor, numbers.Slice((from + first) * length, count * length), shape(count))), from + first, count));
    }
}

/// <summary>Reads the outputs of one piece: items <paramref name="first"/> to first + count - 1.</summary>
internal delegate void PieceReader(OnnxRun run, int first, int count);
