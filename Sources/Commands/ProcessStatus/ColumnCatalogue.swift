// All columns by name, and the names that stand for several.

extension Column {
  /// Every column that may be asked for.
  static let all: [Column] =
    identities + credentials + namespaces + times + shares + states + scheduling + signals + memory + commands
    + groups + usage + others

  /// Those that Linux has.
  static var known: [Column] { all.filter { !$0.isAbsent } }

  /// Finds a column by its name.
  static func named(_ name: String) -> Column? {
    all.first { $0.name == name }
  }

  /// What other systems have, and Linux has not.
  private static let others: [Column] =
    [
      ("acflag", "ACFLG", 5), ("acflg", "ACFLG", 5), ("addr", "ADDR", 4), ("alarm", "ALARM", 5), ("argc", "ARGC", 4),
      ("bnd", "BND", 1), ("cmaj_flt", "-", 1), ("cmin_flt", "-", 1), ("cnswap", "-", 1), ("cpu", "CPU", 3),
      ("ctid", "CTID", 5), ("cursig", "CURSIG", 6), ("cutime", "-", 1), ("inblk", "INBLK", 5),
      ("inblock", "INBLK", 5), ("jid", "JID", 1), ("jobc", "JOBC", 4), ("ktrace", "KTRACE", 8),
      ("ktracep", "KTRACEP", 8), ("m_dt", "DT", 4), ("m_lrs", "LRS", 5), ("m_resident", "RES", 5),
      ("m_share", "SHRD", 5), ("m_swap", "SWAP", 5), ("msgrcv", "MSGRCV", 6), ("msgsnd", "MSGSND", 6),
      ("nivcsw", "IVCSW", 5), ("nsignals", "NSIGS", 5), ("nsigs", "NSIGS", 5), ("nswap", "NSWAP", 5),
      ("numa", "NUMA", 4), ("nvcsw", "VCSW", 5), ("osz", "SZ", 2), ("oublk", "OUBLK", 5), ("oublock", "OUBLK", 5),
      ("p_ru", "P_RU", 6),
      ("paddr", "PADDR", 6), ("poip", "-", 1), ("prmgrp", "PRMGRP", 12), ("prmid", "PRMID", 12),
      ("projid", "PROJID", 5), ("pset", "PSET", 4), ("psxpri", "PPR", 3), ("re", "RE", 3), ("resident", "RES", 5),
      ("rlink", "RLINK", 8), ("scnt", "SCNT", 4), ("scount", "SC", 4), ("share", "-", 1), ("sl", "SL", 3),
      ("status", "STATUS", 6), ("systime", "SYSTEM", 6), ("tdev", "TDEV", 4), ("timeout", "TMOUT", 5),
      ("tmout", "TMOUT", 5), ("u_procp", "UPROCP", 6), ("umask", "UMASK", 5), ("upr", "UPR", 3),
      ("uprocp", "UPROCP", 8), ("usertime", "USER", 4), ("usrpri", "UPR", 3), ("utime", "UTIME", 6),
      ("vm_data", "DATA", 5), ("vm_exe", "EXE", 5), ("vm_lib", "LIB", 5), ("vm_lock", "LCK", 3),
      ("vm_stack", "STACK", 5), ("xstat", "XSTAT", 5),
    ].map { Column.absent($0, $1, $2) } + [
      .absent("addr_1", "ADDR", 1, .left), .absent("emul", "EMUL", 13, .left), .absent("login", "LOGNAME", 8, .left),
      .absent("logname", "LOGNAME", 8, .left), .absent("luser", "LUSER", 8, .left),
      .absent("mwchan", "MWCHAN", 6, .left), .absent("project", "PROJECT", 12, .left),
    ]

  /// Names that stand for several columns.
  static let groupsOfColumns: [String: String] = [
    "DFMT": "pid,tname,state,cputime,cmd", "DefBSD": "pid,tname,stat,bsdtime,args",
    "DefSysV": "pid,tname,time,cmd", "END_BSD": "state,tname,cputime,comm",
    "END_SYS5": "state,tname,time,command", "F5FMT": "uname,pid,ppid,c,start,tname,time,cmd",
    "FL5FMT": "f,state,uid,pid,ppid,pcpu,pri,nice,rss,wchan,start,time,command",
    "FLASK_context": "pid,context,command",
    "JFMT": "user,pid,ppid,pgid,sess,jobc,state,tname,cputime,command",
    "L5FMT": "f,state,uid,pid,ppid,c,pri,nice,addr,sz,wchan,tt,time,ucmd",
    "LFMT": "uid,pid,ppid,cp,pri,nice,vsz,rss,wchan,state,tname,cputime,command",
    "OL_X": "pid,start_stack,esp,eip,timeout,alarm,stat,tname,bsdtime,args",
    "OL_j": "ppid,pid,pgid,sid,tname,tpgid,stat,uid,bsdtime,args",
    "OL_l": "flags,uid,pid,ppid,priority,nice,vsz,rss,wchan,stat,tname,bsdtime,args",
    "OL_m": "pid,tname,majflt,minflt,m_trs,m_drs,m_size,m_swap,rss,m_share,vm_lib,m_dt,args",
    "OL_s": "uid,pid,pending,sig_block,sig_ignore,caught,stat,tname,bsdtime,args",
    "OL_u": "user,pid,pcpu,pmem,vsz,rss,tname,stat,start_time,bsdtime,args",
    "OL_v": "pid,tname,stat,bsdtime,maj_flt,m_trs,m_drs,rss,pmem,args",
    "RUSAGE": "minflt,majflt,nswap,inblock,oublock,msgsnd,msgrcv,nsigs,nvcsw,nivcsw",
    "SCHED": "user,pcpu,pri,usrpri,nice,psxpri,psr,policy,pset",
    "SFMT": "uid,pid,cursig,sig,sigmask,sigignore,sigcatch,stat,tname,command",
    "THREAD": "user,pcpu,pri,scnt,wchan,usertime,systime",
    "UFMT": "uname,pid,pcpu,pmem,vsz,rss,tt,state,start,time,command",
    "VFMT": "pid,tt,state,time,sl,pagein,vsz,rss,pcpu,pmem,command",
  ]

  /// What a letter after `%` stands for, in the manner of AIX.
  static let letters: [Character: (name: String, heading: String)] = [
    "C": ("pcpu", "%CPU"), "G": ("group", "GROUP"), "P": ("ppid", "PPID"), "U": ("user", "USER"),
    "a": ("args", "COMMAND"), "c": ("comm", "COMMAND"), "g": ("rgroup", "RGROUP"), "n": ("nice", "NI"),
    "p": ("pid", "PID"), "r": ("pgid", "PGID"), "t": ("etime", "ELAPSED"), "u": ("ruser", "RUSER"),
    "x": ("time", "TIME"), "y": ("tty", "TTY"), "z": ("vsz", "VSZ"),
  ]

  /// What a letter of BSD's option `O` orders by.
  static let orderLetters: [Character: String] = [
    "C": "pcpu", "G": "tpgid", "J": "cstime", "M": "maj_flt", "N": "cmaj_flt", "P": "ppid", "R": "resident",
    "S": "share", "T": "start_time", "U": "uid", "c": "cmd", "f": "flags", "g": "pgrp", "j": "cutime",
    "k": "utime", "m": "min_flt", "n": "cmin_flt", "o": "session", "p": "pid", "r": "rss", "s": "size", "t": "tty",
    "u": "user", "v": "vsize", "y": "priority",
  ]
}
