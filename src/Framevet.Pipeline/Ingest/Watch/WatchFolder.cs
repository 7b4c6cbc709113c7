using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Storage;

namespace Framevet.Pipeline.Ingest.Watch;

/// <summary>
/// Submits what lies in a folder, each file once: the id of its run follows from name, size and time, so a restart between submitting and putting the file
/// away finds the run that is there already. One scan at a time.
/// </summary>
public sealed class WatchFolder
{
    private const string Done = "done";
    private const string Failed = "failed";

    private readonly Dictionary<string, (long Bytes, DateTime Changed, DateTimeOffset Since)> _seen = new(StringComparer.Ordinal);
    private readonly WatchOptions _options;
    private readonly RunDesk _desk;
    private readonly IRunStore _runs;
    private readonly ISettingsStore _settings;
    private readonly IBlobStore _blobs;
    private readonly DiskReserve _reserve;
    private readonly TimeProvider _time;

    /// <summary>Watches the folder of the options, which must name one.</summary>
    public WatchFolder(WatchOptions options, RunDesk desk, IRunStore runs, ISettingsStore settings, IBlobStore blobs, DiskReserve reserve, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(options.Folder);
        (_options, _desk, _runs, _settings, _blobs, _reserve, _time) = (options, desk, runs, settings, blobs, reserve, time);
    }

    /// <summary>Looks once; the number of files that were put away.</summary>
    /// <exception cref="VettingException">SourceUnavailable when the folder is not there: a mount that is missing is no empty folder.</exception>
    public async Task<int> ScanAsync(CancellationToken ct)
    {
        var folder = new DirectoryInfo(_options.Folder!);
        if (!folder.Exists)
        {
            throw new VettingException(FailureCode.SourceUnavailable, $"The watched folder {folder.FullName} is not there.");
        }

        var files = folder.EnumerateFiles("*", new EnumerationOptions { AttributesToSkip = FileAttributes.Hidden | FileAttributes.System | FileAttributes.ReparsePoint })
            .Where(f => !f.Name.StartsWith('.') && !IsHalf(f.Name)).OrderBy(f => f.Name, StringComparer.Ordinal).ToList();
        foreach (var gone in _seen.Keys.Except(files.Select(f => f.Name)).ToList())
        {
            _seen.Remove(gone);
        }

        var put = 0;
        foreach (var file in files.Where(IsStable).ToList())
        {
            put += await TakeAsync(file, ct).ConfigureAwait(false) ? 1 : 0;
        }

        return put;
    }

    // Names that programs give to what they still write.
    private static bool IsHalf(string name) => name.EndsWith(".part", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".tmp", StringComparison.OrdinalIgnoreCase) || name.EndsWith('~');

    private bool IsStable(FileInfo file)
    {
        var now = _time.GetUtcNow();
        if (_seen.TryGetValue(file.Name, out var seen) && (seen.Bytes, seen.Changed) == (file.Length, file.LastWriteTimeUtc))
        {
            return now - seen.Since >= TimeSpan.FromSeconds(_options.StableSeconds);
        }

        _seen[file.Name] = (file.Length, file.LastWriteTimeUtc, now);
        return false;
    }

    private async Task<bool> TakeAsync(FileInfo file, CancellationToken ct)
    {
        var id = IdOf(file);
        try
        {
            if (await _runs.GetAsync(id, ct).ConfigureAwait(false) is null)
            {
                await SubmitAsync(file, id, ct).ConfigureAwait(false);
            }

            Put(file, Done);
            return true;
        }
        catch (VettingException e) when (!e.IsTransient && e.Code is not (FailureCode.Conflict or FailureCode.SourceUnavailable))
        {
            var path = Put(file, Failed);
            await File.WriteAllTextAsync($"{path}.why.txt", e.Message + Environment.NewLine, CancellationToken.None).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is VettingException or IOException or UnauthorizedAccessException)
        {
            // Too much at once, no room, or somebody holds the file: it stays and is looked at again.
            return false;
        }
    }

    /// <summary>Submits a copy: the user's own file stays what it is.</summary>
    private async Task SubmitAsync(FileInfo file, RunId id, CancellationToken ct)
    {
        var settings = (await _settings.CurrentAsync(ct).ConfigureAwait(false)).Settings;
        var recipe = _options.Recipe is not { } name
            ? null
            : settings.Recipes.FirstOrDefault(r => r.Name == name) ?? throw new VettingException(FailureCode.InvalidRequest, $"There is no recipe '{name}' for the watched folder.");
        _reserve.Require(file.Name, file.Length);
        var folder = _blobs.NewWorkFolder();
        try
        {
            var copy = Path.Combine(folder, "file");
            await Task.Run(() => file.CopyTo(copy), ct).ConfigureAwait(false);
            await _desk.SubmitAsync(new SubmitRequest(copy, file.Name, recipe) { Id = id }, Actor.System, ct).ConfigureAwait(false);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private string Put(FileInfo file, string where)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_options.Folder!, where));
        var target = Path.Combine(folder.FullName, file.Name);
        for (var n = 2; File.Exists(target); n++)
        {
            target = Path.Combine(folder.FullName, string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileNameWithoutExtension(file.Name)} ({n}){file.Extension}"));
        }

        _seen.Remove(file.Name);
        file.MoveTo(target);
        return target;
    }

    private static RunId IdOf(FileInfo file) => new(new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"watch {file.FullName} {file.Length} {file.LastWriteTimeUtc.Ticks}"))).AsSpan(0, 16)));
}
