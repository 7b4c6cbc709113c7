using System.Text.Json;

namespace Framevet.Pipeline.Models;

/// <summary>
/// A small JSON file of the state folder, read whole and written whole. Where the folder cannot be written the content lives as long as the
/// process; a damaged file counts as empty, since everything in it can be found out or asked again. Thread-safe within the process.
/// </summary>
internal sealed class StateFile<T>(string path, T empty)
    where T : class
{
    private readonly Lock _gate = new();
    private T? _unsaved;
    private (DateTime Written, long Length, T Content)? _last;

    /// <summary>The content.</summary>
    public T Read()
    {
        lock (_gate)
        {
            return _unsaved ?? Stored();
        }
    }

    /// <summary>Changes the content. Returns whether it will be known after the process has ended.</summary>
    public bool Change(Func<T, T> change)
    {
        lock (_gate)
        {
            var content = change(_unsaved ?? Stored());
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                var draft = $"{path}.{Environment.ProcessId}.new";
                File.WriteAllBytes(draft, JsonSerializer.SerializeToUtf8Bytes(content, ModelManifest.Json));
                File.Move(draft, path, overwrite: true);
                (_unsaved, _last) = (null, null);
                return true;
            }
            catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
            {
                _unsaved = content;
                return false;
            }
        }
    }

    // Lists ask for every model; only another process can have changed the file, which its time or length shows.
    private T Stored()
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists)
            {
                return empty;
            }

            if (_last is not { } last || last.Written != file.LastWriteTimeUtc || last.Length != file.Length)
            {
                last = (file.LastWriteTimeUtc, file.Length, JsonSerializer.Deserialize<T>(File.ReadAllBytes(path), ModelManifest.Json) ?? empty);
                _last = last;
            }

            return last.Content;
        }
        catch (Exception trouble) when (trouble is JsonException or IOException or UnauthorizedAccessException)
        {
            return empty;
        }
    }
}
