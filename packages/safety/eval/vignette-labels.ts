/** Diagnoses of the public Avey vignettes that need help now; those in neither list can go either way. */
export const emergencyDiagnoses: ReadonlySet<string> = new Set(
  `Abruptio Placenta;Acute Angle Closure Glaucoma;Acute Appendicitis;Acute Cholangitis;Acute Liver Failure;Acute Pancreatitis;Aortic Dissection;Brain Abscess;Cardiac Tamponade;Cerebral Stroke;Diabetic Ketoacidosis;Diabetic ketoacidosis;Deep Venous Thrombosis;Ectopic Pregnancy;Ruptured Ectopic Pregnancy;Ruptured Abdominal Aortic Aneurysm;Epiglottitis;Foreign Body Aspiration;Infantile Meningitis;Meningitis;Malaria;Myocardial Infarction;Unstable Angina;Nephrolithiasis;Peritonitis;Pre-eclampsia;Preterm Labor;Primary Spontaneous Pneumothorax;Secondary Spontaneous Pneumothorax;Pulmonary Embolism;Testicular Torsion;Upper Gastrointestinal Bleeding`.split(
    ";",
  ),
);

/** Diagnoses that can wait for an ordinary appointment or none. */
export const harmlessDiagnoses: ReadonlySet<string> = new Set(
  `Acanthosis Nigricans;Achilles Tendonitis;Acute Bacterial Gastroenteritis;Acute Bronchitis;Acute Laryngitis;Allergic Conjunctivitis;Allergic Rhinitis;Anal Fissure;Atopic Dermatitis;Bacterial Conjunctivitis;Bacterial Tonsilitis;Bacterial Vaginosis;Benign Paroxysmal Positional Vertigo;Benign Prostatic Hyperplasia;Blepharitis;Breast Engorgement;Carpal Tunnel Syndrome;Cataract;Chalazion;Chronic Bronchitis;Chronic Sinusitis;Common Cold;Cystitis;De Quervain Tenosynovitis;Degenerative Disc Disease;Diaper Dermatitis;Dry Eye Disease;Ear Wax Blockage;Earwax Blockage;Fibroadenoma;Fibromyalgia;Functional Dyspepsia;Genital Herpes;Genital Warts;Gout;Herpetic Whitlow;Hypothyroidism;Impetigo;Infectious Mononucleosis;Iron Deficiency Anemia;Irritable Bowel Syndrome;Lactose Intolerance;Lateral Epicondylitis;Macular Degeneration;Mechanical Back Pain;Medial Epicondylitis;Meniere Disease;Menopause;Migraine Headache;Non Allergic Rhinitis;Obstructive Sleep Apnea;Onychomycosis;Osteoarthritis;Otitis Externa;Otitis Media;Patellofemoral Pain Syndrome;Peptic Ulcer Disease;Polycystic Ovarian Syndrome;Primary Dysmenorrhea;Rosacea;Rotator Cuff Injury;Scabies;Sciatica;Shingles;Shoulder Bursitis;Stress Urinary Incontinence;Stye;Sunburn;Tension Headache;Tinea Pedis;Tonsillopharyngitis;Trichomoniasis;Urge Urinary Incontinence;Urticaria;Varicella;Varicocele;Viral Conjunctivitis;Vulvovaginal Candidiasis`.split(
    ";",
  ),
);
