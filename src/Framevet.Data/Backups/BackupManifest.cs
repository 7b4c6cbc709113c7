using System.Collections.Immutable;

namespace Framevet.Data.Backups;

/// <summary>What a backup holds; <c>manifest.json</c> beside the files.</summary>
/// <param name="Format">Layout of the backup; 1.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="LastMigration">Newest migration of the database in it.</param>
/// <param name="HasMedia">Whether the files of the blob store are in it.</param>
/// <param name="Files">Every file but the manifest.</param>
/// <param name="Tables">Every table of the database by name.</param>
public sealed record BackupManifest(int Format, DateTimeOffset CreatedAt, string LastMigration, bool HasMedia, ImmutableArray<BackupFile> Files, ImmutableArray<BackupTable> Tables)
{
    /// <summary>The layout that this program writes and reads.</summary>
    public const int CurrentFormat = 1;

    internal const string FileName = "manifest.json";
    internal const string Database = "framevet.db";
    internal const string Settings = "settings.json";
    internal const string Keys = "keys";
    internal const string Blobs = "blobs";
}

/// <summary>A file of a backup. <paramref name="Path"/>: relative, forward slashes; <paramref name="Sha256"/> in lower-case hex.</summary>
public sealed record BackupFile(string Path, long Bytes, string Sha256);

/// <summary>A table of a backup. <paramref name="Sha256"/>: over all rows in the order of their key.</summary>
public sealed record BackupTable(string Name, long Rows, string Sha256);

/// <summary>Where the things lie that a backup holds.</summary>
/// <param name="Database">The database file.</param>
/// <param name="Keys">Folder of the keys that protect cookies and links.</param>
/// <param name="Blobs">Root of the blob store.</param>
public sealed record BackupPlaces(string Database, string Keys, string Blobs);
