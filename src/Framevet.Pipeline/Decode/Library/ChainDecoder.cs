using System.Diagnostics;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Decode.Library;

/// <summary>
/// One decoding thread: takes chain after chain and gives its frames as analysis views. <paramref name="open"/> makes a decoder; true = for the last chain of a file, which may use what
/// the other threads leave idle.
/// </summary>
internal sealed class ChainDecoder(Func<bool, LibavDecoder> open, FramePool pool, ReadingTask task, DamageTally damage) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    private readonly ViewScaler _scaler = new(task.Layout, task.Request.Media.ColorSpace);
    private readonly List<long> _stamps = [];
    private LibavDecoder? _decoder;
    private bool _isForLast;
    private FrameBatch? _batch;
    private PlanFilter? _filter;
    private long _begun;
    private long _highest;
    private int _seen;

    /// <summary>Decodes chains until there are no more.</summary>
    public void Run(ChainBoard board, CancellationToken ct)
    {
        foreach (var chain in board.Waiting.GetConsumingEnumerable(ct))
        {
            Exception? error = null;
            try
            {
                Decode(chain, board.IsTaken, ct);
                if (chain.Number == 0 && _seen == 0)
                {
                    // Everything else is told from the first frame.
                    throw new LibraryGaveUpException("nothing could be decoded at the beginning");
                }
            }
#pragma warning disable CA1031 // Every failure is handed to the consumer, who decides.
            catch (Exception e)
#pragma warning restore CA1031
            {
                error = e;
            }

            (chain.Seen, chain.Shown) = (_seen, _stamps.Count);
            chain.Complete(error);
            if (error is not null)
            {
                return;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _batch?.Dispose();
        _decoder?.Dispose();
    }

    private void Decode(PacketChain chain, bool isLast, CancellationToken ct)
    {
        Prepare(isLast);
        (_seen, _highest, _filter) = (0, long.MinValue, null);
        _stamps.Clear();
        while (chain.Blocks.Take(ct) is { } block)
        {
            using (block)
            {
                Note(block);
                foreach (var packet in block.Packets)
                {
                    ct.ThrowIfCancellationRequested();
                    Send(packet, chain, ct);
                }
            }
        }

        Send(null, chain, ct);
        if (_batch is not null)
        {
            Give(chain, ct);
        }
    }

    // Opened by the thread that uses it: the threads open theirs beside each other.
    private void Prepare(bool isLast)
    {
        if (_decoder is not null && isLast == _isForLast)
        {
            _decoder.Flush();
            return;
        }

        _decoder?.Dispose();
        _decoder = null;
        _decoder = open(isLast);
        _isForLast = isLast;
    }

    private void Send(LibavPacket? packet, PacketChain chain, CancellationToken ct)
    {
        var decoder = _decoder!;
        var sent = decoder.Send(packet);
        while (sent == Libav.TryAgain)
        {
            Drain(chain, ct);
            sent = decoder.Send(packet);
        }

        if (sent < 0 && sent != Libav.EndOfFile)
        {
            Blame(sent);
        }

        Drain(chain, ct);
    }

    private void Drain(PacketChain chain, CancellationToken ct)
    {
        var decoder = _decoder!;
        while (true)
        {
            var received = decoder.Receive();
            if (received < 0)
            {
                if (received != Libav.TryAgain && received != Libav.EndOfFile)
                {
                    Blame(received);
                }

                return;
            }

            Take(decoder.Picture, chain, ct);
        }
    }

    private void Blame(int error)
    {
        damage.Add(_decoder!.Error(error));
    }

    private void Take(LibavPicture picture, PacketChain chain, CancellationToken ct)
    {
        var number = task.IsSkipping ? 0 : _seen;
        _seen++;
        if (picture.IsDamaged)
        {
            damage.Add("corrupt decoded frame");
        }

        var stamp = picture.Stamp;
        if (stamp == Libav.NoStamp || stamp <= _highest)
        {
            damage.Add($"frame {number} has no rising time stamp and was left out");
            return;
        }

        _highest = stamp;
        if (!picture.IsPlanar420 || !ViewScaler.Fits(task.Layout, picture.Width, picture.Height) || picture.Stride(0) <= 0)
        {
            throw new LibraryGaveUpException("a picture is of another kind than the stream said");
        }

        var frame = new Frame(task.IsSkipping ? Rank(stamp) : number, new Pts(stamp, task.Request.Media.TimeBase), task.Layout, default, picture.IsKey);
        if (IsWanted(in frame, chain, ct))
        {
            Add(in frame, picture);
        }

        if (_batch is { } batch && (batch.IsFull || Stopwatch.GetElapsedTime(_begun) >= Patience))
        {
            Give(chain, ct);
        }
    }

    private bool IsWanted(in Frame frame, PacketChain chain, CancellationToken ct)
    {
        if (task.Request.Plan is DecodePlan.EveryFrame)
        {
            return true;
        }

        // The first frame of a chain is handed on in any case; the consumer knows the one before.
        _filter ??= new PlanFilter(task.Request.Plan, task.Origin(chain.Number, frame.Pts, ct));

        // A plan that counts reads in one chain.
        var counted = task.Request.Plan is DecodePlan.Nth && task.FirstIndex > 0 ? frame with { Index = task.FirstIndex + frame.Index } : frame;
        return _filter.Keep(in counted);
    }

    private void Add(in Frame frame, LibavPicture picture)
    {
        if (_batch is null)
        {
            _batch = task.Request.OnlySums is null ? pool.Rent(task.Layout, task.BatchFrames) : pool.RentBare(task.Layout, task.BatchFrames);
            _begun = Stopwatch.GetTimestamp();
        }

        var (w, h) = (picture.Width, picture.Height);
        var view = new PlanarPicture
        {
            Y = picture.Plane(0, w, h),
            Cb = picture.Plane(1, (w + 1) / 2, (h + 1) / 2),
            Cr = picture.Plane(2, (w + 1) / 2, (h + 1) / 2),
            LumaStride = picture.Stride(0),
            ChromaStride = picture.Stride(1),
            Width = w,
            Height = h,
            IsFullRange = picture.IsFullRange,
        };
        var target = _batch.Add(frame.Index, frame.Pts, frame.IsKey).Span;
        if (task.Request.OnlySums is { } sums)
        {
            _scaler.Sum(in view, _batch.NewStats(_batch.Count - 1), sums);
        }
        else
        {
            _scaler.Write(in view, target);
        }
    }

    private void Give(PacketChain chain, CancellationToken ct)
    {
        chain.Give(_batch!, ct);
        _batch = null;
    }

    // Numbers in a full decode, told from the stamps of all packets, since skipped pictures never come out.
    private void Note(PacketBlock block)
    {
        if (!task.IsSkipping)
        {
            return;
        }

        foreach (var packet in block.Packets)
        {
            if (!packet.IsHidden)
            {
                // As LegRun.KeysStandAlone tells of the whole file; here the packets themselves say what begins an open group.
                if (packet.Pts == Libav.NoStamp || (packet.IsKey && task.Request.Media.Codec == "h264" && !CleanStart.IsOne("h264", packet)))
                {
                    throw new LibraryGaveUpException("keyframes do not stand alone");
                }

                _stamps.Add(packet.Pts);
            }
        }
    }

    /// <summary>How many packets are shown before. Stamps are nearly sorted: the search ends when a whole block lies before.</summary>
    private int Rank(long stamp)
    {
        var (later, before) = (0, 0);
        for (var i = _stamps.Count - 1; i >= 0 && before < PacketBlock.Capacity; i--)
        {
            var isLater = _stamps[i] >= stamp;
            later += isLater ? 1 : 0;
            before = isLater ? 0 : before + 1;
        }

        return _stamps.Count - later;
    }
}
