namespace Framevet.Pipeline.Ingest.Links.Skim;

/// <summary>The sample tables of a track, read side by side. Used once.</summary>
internal sealed class Mp4Samples
{
    private const uint MaxSample = 64 << 20;

    private readonly Mp4Box _sizes;
    private readonly Mp4Box _chunks;
    private readonly Mp4Box _runs;
    private readonly Mp4Box _times;
    private readonly Mp4Box? _shifts;
    private readonly Mp4Box? _keys;
    private readonly int _count;
    private readonly int _chunkCount;
    private readonly bool _isLong;

    /// <summary>Checks the tables' lengths.</summary>
    /// <exception cref="InvalidDataException">One is missing, cut off or too long.</exception>
    public Mp4Samples(Mp4Box tables, int maxSamples)
    {
        _sizes = tables.Below("stsz");
        _runs = tables.Below("stsc");
        _times = tables.Below("stts");
        _shifts = tables.Child("ctts");
        _keys = tables.Child("stss");
        _isLong = tables.Child("co64") is not null;
        _chunks = tables.Below(_isLong ? "co64" : "stco");
        _count = _sizes.U32(4) == 0 ? _sizes.Count(8, 12, 4) : (int)Math.Min(_sizes.U32(8), int.MaxValue);
        _chunkCount = _chunks.Count(4, 8, _isLong ? 8 : 4);
        if (_count is 0 || _count > maxSamples)
        {
            throw new InvalidDataException("the track holds no samples, or too many");
        }
    }

    /// <summary>Decoding time behind the last sample; after <see cref="All"/>.</summary>
    public long EndTime { get; private set; }

    /// <summary>Version of the table of shifts.</summary>
    public byte ShiftVersion => _shifts is { } box ? (byte)(box.U32(0) >> 24) : (byte)0;

    /// <summary>Every sample in order, and whether it is a keyframe.</summary>
    /// <exception cref="InvalidDataException">The tables contradict each other.</exception>
    public IEnumerable<(Mp4Key Sample, bool IsKey)> All()
    {
        var times = new Values(_times, "times");
        var shifts = _shifts is { } s ? new Values(s, "shifts") : null;
        var keys = _keys?.Count(4, 8, 4) ?? 0;
        var (number, key, run, runs) = (0, 0, 0, _runs.Count(4, 8, 12));
        long time = 0;
        for (var chunk = 0; chunk < _chunkCount && number < _count; chunk++)
        {
            while (run + 1 < runs && _runs.U32(8 + ((run + 1) * 12)) <= chunk + 1)
            {
                run++;
            }

            var inChunk = runs > 0 ? _runs.U32(12 + (run * 12)) : 0;
            var offset = _isLong ? _chunks.U64(8 + (chunk * 8)) : _chunks.U32(8 + (chunk * 4));
            for (var i = 0; i < inChunk && number < _count; i++, number++)
            {
                var size = _sizes.U32(4) is > 0 and var all ? all : _sizes.U32(12 + (number * 4));
                if (size > MaxSample)
                {
                    throw new InvalidDataException("a sample is too large");
                }

                var isKey = _keys is not { } table || (key < keys && table.U32(8 + (key * 4)) == number + 1);
                key += isKey && _keys is not null ? 1 : 0;
                yield return (new Mp4Key(offset, (int)size, time, (int)(shifts?.Next() ?? 0)), isKey);
                offset += size;
                time += times.Next();
            }
        }

        EndTime = number == _count ? time : throw new InvalidDataException("there are fewer chunks than samples");
    }

    /// <summary>A table of (count, value) pairs, value by value.</summary>
    private sealed class Values(Mp4Box table, string what)
    {
        private readonly int _entries = table.Count(4, 8, 8);
        private int _entry = -1;
        private uint _left;

        public uint Next()
        {
            while (_left == 0)
            {
                if (++_entry >= _entries)
                {
                    throw new InvalidDataException($"there are fewer {what} than samples");
                }

                _left = table.U32(8 + (_entry * 8));
            }

            _left--;
            return table.U32(12 + (_entry * 8));
        }
    }
}
